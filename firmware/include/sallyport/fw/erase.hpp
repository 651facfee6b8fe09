#pragma once
/// @file
/// Overwriting what must not be left behind.
#include <array>
#include <cstddef>

namespace sallyport::fw {

/// Zeroes words in a way that the compiler keeps.
template <class Word, std::size_t N>
void erase(std::array<Word, N>& words) {
  for (Word& word : words) *const_cast<volatile Word*>(&word) = 0;
}

}  // namespace sallyport::fw
