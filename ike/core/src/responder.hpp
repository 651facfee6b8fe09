#pragma once
/// @file
/// Answers to a peer's protected requests.
#include <string>

#include "sallyport/ike/contents.hpp"
#include "sallyport/ike/payload_chain.hpp"

namespace sallyport::ike {

class Session;
class IkeSa;

struct Answer {
  enum class Then : std::uint8_t {
    kGoOn,
    kForget,  ///< This IKE SA is no more once the answer is out.
    kFail,    ///< The session is no more: the peer is not who it has to be.
  };
  PayloadChain payloads;
  Then then = Then::kGoOn;
  std::string text;  ///< Of kFail, for the log.
};

Answer answer_request(Session& session, IkeSa& ike, ExchangeType exchange, const Contents& request);

// By exchange.
Answer answer_auth(Session& session, IkeSa& ike, const Contents& request);
Answer answer_create_child(Session& session, IkeSa& ike, const Contents& request);
Answer answer_informational(Session& session, IkeSa& ike, const Contents& request);

}  // namespace sallyport::ike
