#pragma once
/// @file
/// A test program's way to say that it cannot go on.
#include <cstdlib>
#include <iostream>
#include <string>
#include <utility>

#include "sallyport/result.hpp"

namespace sallyport::ike {

[[noreturn]] inline void fail(const std::string& text) {
  std::cerr << "ike_peer: " << text << '\n';
  std::exit(2);
}

inline void need(const Result<void>& result, const std::string& what) {
  if (!result) fail(what + ": " + result.error().text);
}

template <class T>
T need(Result<T> result, const std::string& what) {
  if (!result) fail(what + ": " + result.error().text);
  return std::move(*result);
}

}  // namespace sallyport::ike
