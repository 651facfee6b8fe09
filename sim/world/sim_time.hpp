#pragma once
/// @file
/// SystemC time and the integers that everything else counts in. The world's time is the devices' time: SystemC's zero
/// is the moment at which the accelerators were built.
#include <cstdint>
#include <systemc>

namespace sallyport::sim {

inline sc_core::sc_time from_ns(std::uint64_t ns) { return {static_cast<double>(ns), sc_core::SC_NS}; }
inline sc_core::sc_time from_ps(std::uint64_t ps) { return {static_cast<double>(ps), sc_core::SC_PS}; }
/// Whole picoseconds (SystemC's default resolution).
inline std::uint64_t to_ps(const sc_core::sc_time& time) { return time.value(); }
inline std::uint64_t to_ns(const sc_core::sc_time& time) { return to_ps(time) / 1000; }
inline std::uint64_t now_ns() { return to_ns(sc_core::sc_time_stamp()); }

}  // namespace sallyport::sim
