#include "vectors/skips.hpp"

#include "sallyport/model/aes_gcm.hpp"

namespace sallyport::model {

bool is_aes_key(OctetView key) { return key.size() == 16 || key.size() == 24 || key.size() == 32; }

VectorCase classify(std::string name, GcmCase gcm) {
  VectorCase out;
  out.name = std::move(name);
  if (gcm.key.size() == 24) {
    out.skip = kSkipKey192;
  } else if (gcm.nonce.size() != kGcmNonceOctets) {
    out.skip = kSkipNonce;
  } else if (gcm.tag.size() != kGcmTagOctets) {
    out.skip = kSkipTag;
  } else {
    out.gcm = std::move(gcm);
  }
  return out;
}

}  // namespace sallyport::model
