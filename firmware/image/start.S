// What runs before main. Interrupts are never taken: they only end a wfi, so all 32 vectors lead to the handler of exceptions.
#define MSTATUS_MIE 8

  .section .vectors, "ax"
  .option push
  .option norvc
  .rept 32
  j fault
  .endr
  .globl _reset
_reset:
  j begin
  .option pop
  // The header. Length and CRC are put in by pack.py.
  .org CORE_HEADER
  .word CORE_MAGIC
  .word SALLYPORT_ABI_VERSION
  .word 0
  .word 0
  .word _data_octets

  .text
begin:
  csrci mstatus, MSTATUS_MIE
  la sp, _stack
  // First values of data from the image, which nobody can have changed; the rest is zero. What stands in the mailbox and in
  // .noinit stays.
  la a0, _data
  la a1, _data_image
  la a2, _data_end
1:
  bgeu a0, a2, 2f
  lw a3, 0(a1)
  sw a3, 0(a0)
  addi a0, a0, 4
  addi a1, a1, 4
  j 1b
2:
  la a0, _bss
  la a1, _bss_end
3:
  bgeu a0, a1, 4f
  sw zero, 0(a0)
  addi a0, a0, 4
  j 3b
4:
  // The stack's depth can be told later by what is left of this.
  li a2, 0x5AFE57AC
5:
  bgeu a1, sp, 6f
  sw a2, 0(a1)
  addi a1, a1, 4
  j 5b
6:
  call main

// An exception (or main's end): leaves its cause for the host and asks to be started again.
fault:
  li t0, CORE_DEVICE_BASE
  csrr t1, mcause
  sw t1, FAULT_CAUSE(t0)
  csrr t2, mepc
  sw t2, FAULT_PC(t0)
  // A word of data that cannot be read any more is written, which mends it: what a restart leaves alone would fail there again.
  // Causes 5 and 7: a load or store that was answered with an error.
  andi t1, t1, ~2
  li t2, 5
  bne t1, t2, 7f
  csrr t1, mtval
  andi t1, t1, ~3
  li t2, CORE_DATA_BASE
  sub t2, t1, t2
  lui t3, %hi(_data_octets)
  addi t3, t3, %lo(_data_octets)
  bgeu t2, t3, 7f
  sw zero, 0(t1)
7:
  sw zero, GIVE_UP(t0)
8:
  wfi
  j 8b
