#include "sallyport/ike/openssl_memory.hpp"

#include <malloc.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "sallyport/secret.hpp"

namespace sallyport::ike {
namespace {

// File and line are OpenSSL's, for debugging.
void* allocate(std::size_t size, const char* /*file*/, int /*line*/) { return std::malloc(size); }

void release(void* memory, const char* /*file*/, int /*line*/) {
  if (memory == nullptr) return;
  wipe({static_cast<std::uint8_t*>(memory), malloc_usable_size(memory)});
  std::free(memory);
}

// Not realloc(): it would leave the old octets where they were.
void* reallocate(void* memory, std::size_t size, const char* file, int line) {
  void* moved = allocate(size, file, line);
  if (moved == nullptr || memory == nullptr) return moved;
  std::memcpy(moved, memory, std::min(size, malloc_usable_size(memory)));
  release(memory, file, line);
  return moved;
}

}  // namespace

bool wipe_what_openssl_frees() { return CRYPTO_set_mem_functions(allocate, reallocate, release) == 1; }

}  // namespace sallyport::ike
