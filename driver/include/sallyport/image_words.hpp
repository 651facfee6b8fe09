#pragma once
/// @file
/// Where things stand in an SA image (abi.toml, layout). Freestanding: driver and firmware write them.

namespace sallyport::abi {

inline constexpr unsigned kWordAddressA = 2;
inline constexpr unsigned kWordAddressB = 4;
inline constexpr unsigned kWordSoftOctets = 6;
inline constexpr unsigned kWordHardOctets = 7;
inline constexpr unsigned kWordSoftPackets = 8;
inline constexpr unsigned kWordHardPackets = 9;
inline constexpr unsigned kWordIntegrity = 10;
inline constexpr unsigned kWordLast = 11;  ///< Outbound: soft limit of the sequence number. Inbound: the selectors.
inline constexpr unsigned kWordKey = 12;
inline constexpr unsigned kWordSalt = 16;

}  // namespace sallyport::abi
