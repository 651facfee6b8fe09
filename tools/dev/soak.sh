# ./dev soak: what takes too long for every run. For both profiles 10^6 forged packets against the whole accelerator, and random traffic
# against the golden model over many seeds; then random traffic through four and eight lanes of the full profile; then, on the compact profile with 64
# entries, 10,000 generations of SAs in a full table that is rekeyed without end, the firmware hosted and on the core. SALLYPORT_SEEDS says
# how many seeds (default 20). Two Sallyports rekey 10,000 times over each of twelve networks. A million generations at 98 % are
# firmware_churn_test's, over the behavioural table.
build release two_sallyports_test forged_attack_test accelerator_golden_test lanes_4_test lanes_8_test driver_churn_test sad_full_rate_8_test >&2
for profile in compact full; do
  say "soak: $profile, 10^6 forged packets"
  SALLYPORT_PROFILE=$profile SALLYPORT_FORGED=1000000 build/release/tests/rtl/forged_attack_test
  for seed in $(seq 1 "${SALLYPORT_SEEDS:-20}"); do
    say "soak: $profile, random traffic, seed $seed"
    SALLYPORT_PROFILE=$profile SALLYPORT_SEED=$seed SALLYPORT_ROUNDS=40 build/release/tests/rtl/accelerator_golden_test
  done
done
for lanes in 4 8; do
  for seed in $(seq 1 "${SALLYPORT_SEEDS:-20}"); do
    say "soak: $lanes lanes, seed $seed"
    SALLYPORT_SEED=$seed build/release/tests/rtl/lanes_"$lanes"_test
  done
done
say "soak: eight lanes on one table"
build/release/rtl/sad/sad_full_rate_8_test
for firmware in hosted core; do
  say "soak: 10,000 generations, firmware $firmware"
  SALLYPORT_FIRMWARE=$firmware SALLYPORT_GENERATIONS=10000 build/release/tests/driver/driver_churn_test
done
say "soak: two Sallyports, 10,000 rekeys a network"
SALLYPORT_REKEYS=10000 build/release/tests/ike/two_sallyports_test --gtest_filter='*Rekeys*'
