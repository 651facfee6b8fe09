#include "random_provider.hpp"

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <array>
#include <new>

namespace sallyport::ike::auth {
namespace {

constexpr const char* kName = "SALLYPORT-INJECTED";

// What the provider's functions are given: where the context keeps its source.
struct Provider {
  RandomSource* const* source = nullptr;
};

using Function = void (*)();
template <class F>
Function erased(F* function) {
  return reinterpret_cast<Function>(function);
}

// One generator. All share the provider's source, so they have no state.
void* new_generator(void* provider, void* /*parent*/, const OSSL_DISPATCH* /*parent_calls*/) { return provider; }
void free_generator(void* /*generator*/) {}
int instantiate(void* /*generator*/, unsigned /*strength*/, int /*resistance*/, const unsigned char* /*text*/,
                std::size_t /*size*/, const OSSL_PARAM* /*params*/) {
  return 1;
}
int uninstantiate(void* /*generator*/) { return 1; }
int enable_locking(void* /*generator*/) { return 1; }

int generate(void* generator, unsigned char* out, std::size_t size, unsigned /*strength*/, int /*resistance*/,
             const unsigned char* /*additional*/, std::size_t /*additional_size*/) {
  RandomSource* const* source = static_cast<Provider*>(generator)->source;
  if (source == nullptr || *source == nullptr) return 0;
  (*source)->fill({out, size});
  return 1;
}

int get_params(void* /*generator*/, OSSL_PARAM params[]) {
  OSSL_PARAM* state = OSSL_PARAM_locate(params, OSSL_RAND_PARAM_STATE);
  if (state != nullptr && OSSL_PARAM_set_int(state, EVP_RAND_STATE_READY) == 0) return 0;
  OSSL_PARAM* strength = OSSL_PARAM_locate(params, OSSL_RAND_PARAM_STRENGTH);
  if (strength != nullptr && OSSL_PARAM_set_uint(strength, 256) == 0) return 0;
  OSSL_PARAM* most = OSSL_PARAM_locate(params, OSSL_RAND_PARAM_MAX_REQUEST);
  return most == nullptr || OSSL_PARAM_set_size_t(most, std::size_t{1} << 16U) != 0 ? 1 : 0;
}

const OSSL_DISPATCH* generator_calls() {
  static const std::array<OSSL_DISPATCH, 8> calls{{
      {OSSL_FUNC_RAND_NEWCTX, erased(new_generator)},
      {OSSL_FUNC_RAND_FREECTX, erased(free_generator)},
      {OSSL_FUNC_RAND_INSTANTIATE, erased(instantiate)},
      {OSSL_FUNC_RAND_UNINSTANTIATE, erased(uninstantiate)},
      {OSSL_FUNC_RAND_GENERATE, erased(generate)},
      {OSSL_FUNC_RAND_ENABLE_LOCKING, erased(enable_locking)},
      {OSSL_FUNC_RAND_GET_CTX_PARAMS, erased(get_params)},
      {0, nullptr},
  }};
  return calls.data();
}

const OSSL_ALGORITHM* query(void* /*provider*/, int operation, int* no_cache) {
  static const std::array<OSSL_ALGORITHM, 2> algorithms{{
      {kName, "provider=sallyport", generator_calls(), nullptr},
      {nullptr, nullptr, nullptr, nullptr},
  }};
  *no_cache = 0;
  return operation == OSSL_OP_RAND ? algorithms.data() : nullptr;
}

void tear_down(void* provider) { delete static_cast<Provider*>(provider); }

int start(const OSSL_CORE_HANDLE* /*handle*/, const OSSL_DISPATCH* /*core*/, const OSSL_DISPATCH** calls,
          void** provider) {
  static const std::array<OSSL_DISPATCH, 3> own{{
      {OSSL_FUNC_PROVIDER_TEARDOWN, erased(tear_down)},
      {OSSL_FUNC_PROVIDER_QUERY_OPERATION, erased(query)},
      {0, nullptr},
  }};
  *calls = own.data();
  *provider = new (std::nothrow) Provider;
  return *provider != nullptr ? 1 : 0;
}

}  // namespace

bool RandomContext::load() {
  context_.reset(OSSL_LIB_CTX_new());
  if (!context_ || OSSL_PROVIDER_add_builtin(context_.get(), "sallyport", start) != 1) return false;
  algorithms_.reset(OSSL_PROVIDER_load(context_.get(), "default"));
  random_.reset(OSSL_PROVIDER_load(context_.get(), "sallyport"));
  if (!algorithms_ || !random_) return false;
  static_cast<Provider*>(OSSL_PROVIDER_get0_provider_ctx(random_.get()))->source = &source_;
  return RAND_set_DRBG_type(context_.get(), kName, nullptr, nullptr, nullptr) == 1;
}

Result<std::unique_ptr<RandomContext>> RandomContext::make() {
  std::unique_ptr<RandomContext> made(new (std::nothrow) RandomContext);
  if (!made || !made->load()) return openssl_error(ErrorCode::kIo, "no library context for a private key");
  return made;
}

// Providers go before their context.
RandomContext::~RandomContext() {
  random_.reset();
  algorithms_.reset();
}

}  // namespace sallyport::ike::auth
