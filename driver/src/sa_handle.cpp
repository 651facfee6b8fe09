#include "sallyport/sa_handle.hpp"

#include <type_traits>

namespace sallyport {

// A handle that could be copied would give its entries back twice.
static_assert(!std::is_copy_constructible_v<SaHandle> && !std::is_copy_assignable_v<SaHandle>);
static_assert(!std::is_copy_constructible_v<SaPair> && !std::is_copy_assignable_v<SaPair>);
static_assert(!std::is_copy_constructible_v<Reservation> && !std::is_copy_assignable_v<Reservation>);
static_assert(std::is_nothrow_move_constructible_v<SaPair> && std::is_nothrow_move_assignable_v<SaPair>);

namespace {

// The request for one half of the pair.
abi::MailboxPair half(abi::MailboxPair request, bool inbound) {
  (inbound ? request.out_index : request.in_index) = kNoEntry;
  (inbound ? request.out_generation : request.in_generation) = 0;
  return request;
}

}  // namespace

OwnedEntries& OwnedEntries::operator=(OwnedEntries&& other) noexcept {
  if (this == &other) return *this;
  drop();
  client_ = std::move(other.client_);
  in_ = other.in_;
  out_ = other.out_;
  at_end_ = other.at_end_;
  other.forget();
  return *this;
}

abi::MailboxPair OwnedEntries::pair() const {
  abi::MailboxPair request;
  request.in_index = in_.index.value;
  request.in_generation = in_.generation.value;
  request.out_index = out_.index.value;
  request.out_generation = out_.generation.value;
  return request;
}

Result<void> OwnedEntries::send(abi::MailboxCommand command, const abi::MailboxPair& request, bool ends) {
  if (!holds()) {
    return Error{ErrorCode::kBadState, std::string(abi::name(command)) + ": the handle is empty"};
  }
  const auto answer = client_->ask<abi::MailboxAnswer>(command, request);
  if (answer) {
    if (ends) forget();
    return {};
  }
  // A tenant that is gone owns nothing that could be given back; its other half may be there yet.
  if (ends && answer.error().code == ErrorCode::kStaleGeneration) {
    if (in_.present() && out_.present()) {
      for (const bool inbound : {false, true})
        static_cast<void>(client_->ask<abi::MailboxAnswer>(command, half(request, inbound)));
    }
    forget();
  }
  return answer.error();
}

Result<void> OwnedEntries::erase_outbound() {
  if (!holds() || !out_.present()) return Error{ErrorCode::kBadState, "erase: the handle has no outbound half"};
  const auto answer = client_->ask<abi::MailboxAnswer>(abi::MailboxCommand::kErase, half(pair(), false));
  if (answer || answer.error().code == ErrorCode::kStaleGeneration) out_ = SaRef{};
  return answer ? Result<void>{} : answer.error();
}

void OwnedEntries::forget() {
  client_.reset();
  in_ = out_ = SaRef{};
}

void OwnedEntries::drop() {
  if (!holds()) return;
  // Nobody is left to hear of a failure; the reconcile sweep finds what stays behind.
  static_cast<void>(send(at_end_, pair(), true));
  forget();
}

Result<void> SaHandle::supersede_by(const SaHandle& replacement) {
  auto request = entries_.pair();
  const SaRef new_in = in().present() ? replacement.in() : SaRef{};
  const SaRef new_out = out().present() ? replacement.out() : SaRef{};
  request.new_in_index = new_in.index.value;
  request.new_in_generation = new_in.generation.value;
  request.new_out_index = new_out.index.value;
  request.new_out_generation = new_out.generation.value;
  return entries_.send(abi::MailboxCommand::kSupersede, request, false);
}

Result<void> SaHandle::mark_redundant() {
  return entries_.send(abi::MailboxCommand::kMarkRedundant, entries_.pair(), false);
}

Result<void> SaHandle::retire(std::uint64_t drain_ns) {
  auto request = entries_.pair();
  request.drain_ns = drain_ns;
  return entries_.send(abi::MailboxCommand::kRetire, request, true);
}

Result<void> SaHandle::erase() { return entries_.send(abi::MailboxCommand::kErase, entries_.pair(), true); }

}  // namespace sallyport
