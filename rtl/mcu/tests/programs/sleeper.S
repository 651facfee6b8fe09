// Sleeps until an external interrupt comes, says so to the device with mcycle, and sleeps again. The device takes the interrupt back.
#include "vectors.inc"
  li s0, 0x20000000
  li s1, 0
  csrw mtvec, zero
  li t0, 1 << 11          // mie.MEIE
  csrw mie, t0
  csrsi mstatus, 8        // mstatus.MIE
sleep:
  wfi
  j sleep
handler:
  addi s1, s1, 1
  sw s1, 0(s0)
  lw t0, 4(s0)            // waits until the device has seen the write
  mret
