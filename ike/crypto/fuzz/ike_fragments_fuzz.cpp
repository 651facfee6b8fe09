// Fragments and SK payloads from anybody: octets that are no message, messages that are not authentic, and whatever an
// authenticated peer may think of (numbers, totals, headers, contents, padding). Each piece goes into a Reassembler and
// into a model of a few lines that knows what is inside; verdicts and messages have to be the same, and limits kept.
//
// Input: one octet for the suite, then operations of one octet and what they take.
#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>

#include "../src/payload_cipher.hpp"
#include "sallyport/ike/message.hpp"
#include "sallyport/ike/reassembly.hpp"

namespace sallyport::ike {
namespace {

using Outcome = Reassembler::Outcome;

constexpr ReassemblyLimits kLimits{.octets = 600, .fragments = 12, .messages = 2};

void require(bool condition) {
  if (!condition) std::abort();
}

class Input {
 public:
  explicit Input(View octets) : rest_(octets) {}
  [[nodiscard]] bool empty() const { return rest_.empty(); }
  std::uint8_t octet() {
    if (rest_.empty()) return 0;
    const std::uint8_t out = rest_.front();
    rest_ = rest_.subspan(1);
    return out;
  }
  View take(std::size_t size) {
    const View out = rest_.first(std::min(size, rest_.size()));
    rest_ = rest_.subspan(out.size());
    return out;
  }

 private:
  View rest_;
};

IkeSuite suite_of(std::uint8_t choice) {
  IkeSuite suite;
  suite.key_bits = (choice & 1) != 0 ? 128 : 256;
  if ((choice & 2) != 0) {
    suite.encr = EncrId::kAesCbc;
    suite.integ = (choice & 4) != 0 ? IntegId::kHmacSha2_256_128 : IntegId::kHmacSha2_512_256;
  }
  return suite;
}

// A fragment on the wire and what is inside; no content: padding that cannot be.
struct Piece {
  Bytes message;
  std::uint16_t number = 0;
  std::uint16_t total = 0;
  PayloadType first_inner = PayloadType::kNone;
  std::optional<Bytes> content;
};

// What reassembly should do, by RFC 7383 2.6 read once more.
class Model {
 public:
  struct Expected {
    Outcome outcome = Outcome::kDropped;
    PayloadType first_inner = PayloadType::kNone;
    Bytes whole;
  };

  Expected add(const Header& header, const Piece& piece) {
    if (piece.number == 0 || piece.number > piece.total || piece.total > kLimits.fragments) return {};
    const bool known = begun_.contains(header.message_id);
    if (!known && begun_.size() == kLimits.messages) return {};
    if (known) {
      const Begun& held = begun_[header.message_id];
      if (piece.total < held.total) return {};
      if (piece.total == held.total && held.pieces.contains(piece.number)) return {};
    }
    if (!piece.content) return {};
    if (known && !same(begun_[header.message_id].header, header)) return {};
    Begun& held = begun_[header.message_id];
    if (piece.total != held.total) held = Begun{header, piece.total, {}};
    held.pieces[piece.number] = piece;
    Expected out{Outcome::kMore, PayloadType::kNone, {}};
    for (const auto& [number, one] : held.pieces) {
      out.whole.insert(out.whole.end(), one.content->begin(), one.content->end());
    }
    if (out.whole.size() > kLimits.octets) {
      begun_.erase(header.message_id);
      return {};
    }
    if (held.pieces.size() < held.total) return {Outcome::kMore, PayloadType::kNone, {}};
    out.outcome = Outcome::kComplete;
    out.first_inner = held.pieces[1].first_inner;
    begun_.erase(header.message_id);
    return out;
  }
  void forget(std::uint32_t id) { begun_.erase(id); }
  void forget_below(std::uint32_t id) { begun_.erase(begun_.begin(), begun_.lower_bound(id)); }
  [[nodiscard]] std::size_t messages() const { return begun_.size(); }

 private:
  struct Begun {
    Header header;
    std::uint16_t total = 0;
    std::map<std::uint16_t, Piece> pieces;
  };
  static bool same(const Header& a, const Header& b) {
    return a.exchange == b.exchange && a.initiator == b.initiator && a.response == b.response;
  }

  std::map<std::uint32_t, Begun> begun_;
};

class World {
 public:
  explicit World(const IkeSuite& suite) : sizes_(protection_sizes(suite)) {
    IkeKeys keys;
    const Bytes octets(64, 0x6b);
    keys.sk_ei = SecretBytes(View(octets).first(sizes_.key + sizes_.salt));
    keys.sk_ai = SecretBytes(View(octets).first(sizes_.integ));
    auto cipher = make_payload_cipher(suite, keys.sk_ei, keys.sk_ai, Use::kSeal);
    auto opener = Opener::make(suite, keys, Side::kInitiator);
    require(cipher.ok() && opener.ok());
    cipher_ = *std::move(cipher);
    opener_.emplace(*std::move(opener));
  }

  void step(Input& input) {
    switch (input.octet() % 6) {
      case 0:
        make_piece(input);
        break;
      case 1:
        if (!pool_.empty()) deliver(pool_[input.octet() % pool_.size()]);
        break;
      case 2:
        if (!pool_.empty()) deliver_changed(pool_[input.octet() % pool_.size()], input);
        break;
      case 3:
        deliver_raw(input.take(input.octet()));
        break;
      case 4:
        open_whole(input);
        break;
      default: {
        const std::uint32_t id = input.octet() % 4;
        if (input.octet() % 2 == 0) {
          reassembler_.forget(id);
          model_.forget(id);
        } else {
          reassembler_.forget_below(id);
          model_.forget_below(id);
        }
      }
    }
    require(reassembler_.messages() == model_.messages());
    require(reassembler_.octets() <= kLimits.octets * kLimits.messages);
  }

 private:
  // Octets behind the IV, made to whole blocks; the last one is the padding's length.
  Bytes text_of(Input& input) {
    const View content = input.take(input.octet());
    Bytes text(content.begin(), content.end());
    text.push_back(input.octet());
    while (text.size() % sizes_.block != 0) text.insert(text.begin(), 0);
    return text;
  }
  static std::optional<Bytes> content_of(const Bytes& text) {
    const std::size_t padding = text.back();
    if (padding >= text.size()) return std::nullopt;
    return Bytes(text.begin(), text.end() - static_cast<std::ptrdiff_t>(padding) - 1);
  }
  static Header header_of(std::uint8_t choice) {
    Header header;
    header.initiator_spi = IkeSpi{1};
    header.responder_spi = IkeSpi{2};
    header.message_id = choice % 4;
    header.exchange = (choice & 0x10) != 0 ? ExchangeType::kIkeAuth : ExchangeType::kCreateChildSa;
    header.initiator = (choice & 0x20) != 0;
    header.response = (choice & 0x40) != 0;
    return header;
  }

  Bytes seal(Header header, PayloadType type, PayloadType first_inner, View fields, View text) {
    const std::size_t open_size = kHeaderSize + kPayloadHeaderSize + fields.size();
    Bytes message(open_size + sizes_.iv + text.size() + sizes_.icv);
    header.next_payload = type;
    header.length = static_cast<std::uint32_t>(message.size());
    write_header(header, std::span(message).first<kHeaderSize>());
    const auto payload = write_payload_header(first_inner, static_cast<std::uint16_t>(message.size() - kHeaderSize));
    auto at = std::copy(payload.begin(), payload.end(), message.begin() + kHeaderSize);
    at = std::copy(fields.begin(), fields.end(), at);
    std::copy(text.begin(), text.end(), at + static_cast<std::ptrdiff_t>(sizes_.iv));
    require(cipher_->seal(message, open_size).ok());
    return message;
  }

  void make_piece(Input& input) {
    Piece piece;
    const Header header = header_of(input.octet());
    piece.number = input.octet();
    piece.total = input.octet();
    piece.first_inner = static_cast<PayloadType>(input.octet());
    const Bytes text = text_of(input);
    const Bytes fields{static_cast<std::uint8_t>(piece.number >> 8), static_cast<std::uint8_t>(piece.number),
                       static_cast<std::uint8_t>(piece.total >> 8), static_cast<std::uint8_t>(piece.total)};
    piece.content = content_of(text);
    piece.message = seal(header, PayloadType::kFragment, piece.first_inner, fields, text);
    if (pool_.size() < 32) pool_.push_back(piece);
    deliver(piece);
  }

  void deliver(const Piece& piece) {
    const auto message = parse_message(piece.message);
    if (!message) {  // 0 or number > total: refused before this room sees it
      require(piece.number == 0 || piece.number > piece.total);
      return;
    }
    require(message->fragment.has_value());
    const auto verdict = reassembler_.add(piece.message, message->header, *message->fragment, *opener_);
    const auto expected = model_.add(message->header, piece);
    require(verdict.outcome == expected.outcome);
    if (verdict.outcome != Outcome::kComplete) return;
    require(verdict.message.first_inner == expected.first_inner);
    require(std::equal(verdict.message.inner.view().begin(), verdict.message.inner.view().end(), expected.whole.begin(),
                       expected.whole.end()));
  }

  void deliver_changed(Piece piece, Input& input) {
    const auto change = static_cast<std::uint8_t>(input.octet() | 1);
    piece.message[input.octet() % piece.message.size()] ^= change;
    deliver_raw(piece.message);
  }

  // Not authentic: whatever it is, it changes nothing.
  void deliver_raw(View octets) {
    const auto message = parse_message(octets);
    if (!message) return;
    const std::size_t held = reassembler_.octets();
    if (message->fragment) {
      require(reassembler_.add(octets, message->header, *message->fragment, *opener_).outcome == Outcome::kDropped);
    } else if (message->encrypted) {
      require(!opener_->open(octets, *message->encrypted).ok());
    }
    require(reassembler_.octets() == held);
  }

  void open_whole(Input& input) {
    const Header header = header_of(input.octet());
    const auto first_inner = static_cast<PayloadType>(input.octet());
    const Bytes text = text_of(input);
    const Bytes octets = seal(header, PayloadType::kEncrypted, first_inner, {}, text);
    const auto message = parse_message(octets);
    require(message.ok() && message->encrypted.has_value());
    const auto opened = opener_->open(octets, *message->encrypted);
    const auto content = content_of(text);
    require(opened.ok() == content.has_value());
    if (!opened) return;
    require(opened->first_inner == first_inner);
    require(std::equal(opened->inner.view().begin(), opened->inner.view().end(), content->begin(), content->end()));
  }

  ProtectionSizes sizes_;
  std::unique_ptr<PayloadCipher> cipher_;
  std::optional<Opener> opener_;
  Reassembler reassembler_{kLimits};
  Model model_;
  std::vector<Piece> pool_;
};

}  // namespace
}  // namespace sallyport::ike

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sallyport::ike;
  Input input(View(data, size));
  World world(suite_of(input.octet()));
  for (int steps = 0; steps < 200 && !input.empty(); ++steps) world.step(input);
  return 0;
}
