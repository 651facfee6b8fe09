// The environment that the RISC-V unit tests (riscv-tests, isa/) want from the machine they run on: here, the management core with an
// image at 0, data memory, and one device register that takes the verdict: 1 passed, otherwise 2 * number of the failed case + 1.
//
// Ibex takes exceptions at mtvec, which is a multiple of 256, interrupts behind it, and resets to boot address + 128.
#ifndef SALLYPORT_RISCV_TEST_H
#define SALLYPORT_RISCV_TEST_H

#include "encoding.h"

#define TESTNUM gp
#define VERDICT 0x20000000

#define RVTEST_RV32U .macro init; .endm
#define RVTEST_RV64U RVTEST_RV32U
#define RVTEST_RV32M RVTEST_RV32U
#define RVTEST_RV64M RVTEST_RV32U
#define RVTEST_RV32S RVTEST_RV32U
#define RVTEST_RV64S RVTEST_RV32U

#define RVTEST_CODE_BEGIN                \
  .section .text.init;                   \
  .option push;                          \
  .option norvc;                         \
  .weak mtvec_handler;                   \
  .globl _start;                         \
  trap_vector:                           \
  .rept 32;                              \
  j trapped;                             \
  .endr;                                 \
  _start:                                \
  j reset_vector;                        \
  trapped:                               \
  la t5, mtvec_handler;                  \
  beqz t5, unexpected;                   \
  jr t5;                                 \
  unexpected:                            \
  li TESTNUM, 1337;                      \
  j report;                              \
  passed:                                \
  li TESTNUM, 0;                         \
  report:                                \
  slli TESTNUM, TESTNUM, 1;              \
  ori TESTNUM, TESTNUM, 1;               \
  li t6, VERDICT;                        \
  sw TESTNUM, 0(t6);                     \
  1: wfi;                                \
  j 1b;                                  \
  reset_vector:                          \
  li TESTNUM, 0;                         \
  la t0, trap_vector;                    \
  csrw mtvec, t0;                        \
  csrwi mie, 0;                          \
  csrwi mstatus, 0;                      \
  init;                                  \
  .option pop;                           \
  body:

#define RVTEST_CODE_END unimp
#define RVTEST_PASS j passed
#define RVTEST_FAIL j report
#define EXTRA_DATA
#define RVTEST_DATA_BEGIN
#define RVTEST_DATA_END

#endif
