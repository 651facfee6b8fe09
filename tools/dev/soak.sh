# ./dev soak: what takes too long for every run, for both profiles. 10^6 forged packets against the whole accelerator, and random
# traffic against the golden model over many seeds. SALLYPORT_SEEDS says how many (default 20).
build release attack_test accelerator_golden_test >&2
for profile in compact full; do
  say "soak: $profile, 10^6 forged packets"
  SALLYPORT_PROFILE=$profile SALLYPORT_FORGED=1000000 build/release/tests/rtl/attack_test --gtest_filter='*Forged*'
  for seed in $(seq 1 "${SALLYPORT_SEEDS:-20}"); do
    say "soak: $profile, random traffic, seed $seed"
    SALLYPORT_PROFILE=$profile SALLYPORT_SEED=$seed SALLYPORT_ROUNDS=40 build/release/tests/rtl/accelerator_golden_test
  done
done
