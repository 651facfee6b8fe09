# ./dev bench: clocks per packet against the floor of the profile.
build release sallyport_bench >&2
build/release/bin/sallyport_bench
