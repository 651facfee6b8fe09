// Protected messages of a session: is it one, is it new, what is in it, whose turn is it.
#include <utility>

#include "ike_tasks.hpp"
#include "responder.hpp"
#include "session.hpp"

namespace sallyport::ike {

void Session::receive(IkeSa& ike, const UdpMessage& datagram, const Message& message) {
  const Header& header = message.header;
  if (ike.state == IkeState::kDeleted) {
    if (header.response || ike.replies().place(header.message_id) != ReplyWindow::Place::kAnswered) return;
    services_.count(Counter::kAnsweredAgain);
    ike.send_again(services_, ike.replies().answer(header.message_id));
    return;
  }
  if (!ike.is_protected() || (!message.encrypted && !message.fragment)) {
    services_.count(Counter::kMalformed);
    return;
  }
  // Whose message: a copy of our own that comes back is none.
  if (header.initiator == ike.initiator()) {
    services_.count(Counter::kMalformed);
    return;
  }
  if (header.response) {
    const Outstanding* request = ike.requests().find(header.message_id);
    if (request == nullptr || request->exchange != header.exchange) return;  // answered already, or no answer to it
  } else {
    const ReplyWindow::Place place = ike.replies().place(header.message_id);
    if (place == ReplyWindow::Place::kOutside) {
      services_.count(Counter::kOutsideWindow);
      return;
    }
    if (place == ReplyWindow::Place::kAnswered) {
      if (message.fragment && !triggers_retransmission(message.fragment->number)) return;
      services_.count(Counter::kAnsweredAgain);
      ike.send_again(services_, ike.replies().answer(header.message_id));
      return;
    }
  }
  if (message.encrypted) {
    auto opened = ike.opener().open(datagram.octets, *message.encrypted);
    if (!opened) {
      services_.count(Counter::kNotAuthentic);
      return;
    }
    ike.reassembler(header.response).forget(header.message_id);
    on_opened(ike, datagram, header, *opened);
    return;
  }
  auto verdict = ike.reassembler(header.response).add(datagram.octets, header, *message.fragment, ike.opener());
  if (verdict.outcome == Reassembler::Outcome::kDropped) services_.count(Counter::kFragmentsDropped);
  if (verdict.outcome == Reassembler::Outcome::kComplete) on_opened(ike, datagram, header, verdict.message);
}

void Session::follow(IkeSa& ike, const UdpMessage& datagram) const {
  // Only a host that is not behind a NAT itself follows, and only a fresh message leads (RFC 7296 2.23).
  if (datagram.remote == ike.remote() && datagram.local == ike.local()) return;
  if (ike.state == IkeState::kAuth || (peer_.nat_there && !peer_.nat_here))
    ike.move_to(datagram.local, datagram.remote);
}

void Session::on_opened(IkeSa& ike, const UdpMessage& datagram, const Header& header, const Opened& opened) {
  ike.heard(services_.now);
  ike.usable_from = 0;
  follow(ike, datagram);
  auto contents = parse_contents(opened.first_inner, opened.inner.view());
  if (!contents) {
    services_.count(Counter::kMalformed);
    if (header.response) {
      // An answer to an authenticated request that cannot be read is fatal to both ends (RFC 7296 2.21.3).
      close(AgentEventKind::kIkeDown, "unreadable answer: " + contents.error().text);
      return;
    }
    PayloadChain refusal;
    refusal.append_notify(contents.error().answer, contents.error().data);
    static_cast<void>(ike.send_reply(services_, header.exchange, header.message_id, refusal));
    if (contents.error().answer == NotifyType::kInvalidSyntax) {
      close(AgentEventKind::kIkeDown, "unreadable request: " + contents.error().text);
    }
    return;
  }
  if (header.response) {
    on_response(ike, header.message_id, *contents);
  } else {
    on_request(ike, header.exchange, header.message_id, *contents);
  }
}

void Session::on_response(IkeSa& ike, std::uint32_t id, const Contents& contents) {
  Outstanding request = ike.requests().take(id);
  measure_round_trip(request);
  if (const NotifyPayload* window = contents.find(NotifyType::kSetWindowSize)) {
    ike.requests().widen(static_cast<std::uint32_t>(window->number(4).value_or(1)));
  }
  if (request.task) request.task->finish(*this, ike, contents);
}

void Session::on_request(IkeSa& ike, ExchangeType exchange, std::uint32_t id, const Contents& contents) {
  if (const NotifyPayload* window = contents.find(NotifyType::kSetWindowSize)) {
    ike.requests().widen(static_cast<std::uint32_t>(window->number(4).value_or(1)));
  }
  ike.answering = id;
  const Answer answer = answer_request(*this, ike, exchange, contents);
  if (const auto sent = ike.send_reply(services_, exchange, id, answer.payloads); !sent) {
    close(AgentEventKind::kIkeDown, sent.error().text);
    return;
  }
  switch (answer.then) {
    case Answer::Then::kGoOn:
      break;
    case Answer::Then::kForget:
      if (&ike == current_) {
        forget(ike);
      } else {
        linger(ike);
      }
      break;
    case Answer::Then::kFail:
      close(AgentEventKind::kIkeFailed, answer.text);
      break;
  }
}

}  // namespace sallyport::ike
