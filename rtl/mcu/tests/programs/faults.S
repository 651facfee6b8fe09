// Meets what cannot be read or written, and tells the device what trap came of it: mcause at 0, mtval at 4. Then the word that it read
// last, at 8.
#include "vectors.inc"
  li s0, 0x20000000
  csrw mtvec, zero
  li t1, 0x40000000       // nobody there
  lw t0, 0(t1)
  sw t0, 0(t1)
  la t1, begin            // the image, locked
  sw t0, 0(t1)
  sb t0, 1(t1)
  li t1, 0x20000010       // a device that answers with an error
  lw t0, 0(t1)
  li t1, 0x10000100       // data that is broken
  lw t0, 0(t1)
  sb t0, 2(t1)            // and stays so when an octet of it is written
  li t0, 77
  sw t0, 0(t1)            // but not when all are
  lw t0, 0(t1)
  sw t0, 8(s0)
1:
  wfi
  j 1b
handler:
  csrr t2, mcause
  sw t2, 0(s0)
  csrr t2, mtval
  sw t2, 4(s0)
  csrr t2, mepc
  lhu t3, 0(t2)
  andi t3, t3, 3
  addi t2, t2, 2
  addi t3, t3, -3
  bnez t3, 2f
  addi t2, t2, 2
2:
  csrw mepc, t2
  mret
