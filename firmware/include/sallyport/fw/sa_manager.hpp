#pragma once
/// @file
/// The life of SAs in the table: reserve, install, supersede, retire, erase, drain. Each request is checked against the
/// firmware's picture first, then carried out by the device, which checks again (it is the one writer).
#include <cstdint>

#include "sallyport/abi.hpp"
#include "sallyport/fw/command_port.hpp"
#include "sallyport/fw/entry_table.hpp"
#include "sallyport/fw/notice_queue.hpp"
#include "sallyport/fw/policy.hpp"
#include "sallyport/fw/register_bus.hpp"

namespace sallyport::fw {

/// Serves the mailbox commands that concern entries. Answers carry results; the return value is the answer's code.
class SaManager {
 public:
  SaManager(RegisterBus& bus, RandomSource& random, CommandPort& port, EntryTable& table, Owners& owners,
            NoticeQueue& notices)
      : bus_(bus), random_(random), port_(port), table_(table), owners_(owners), notices_(notices) {}

  /// Takes over a table of 2^log2_sas entries as it stands in the device. Entries in use get their owner and partner
  /// back from the firmware word; claims are forgotten, and draining entries drain for the policy's time from now.
  abi::MailboxCode start(unsigned log2_sas);

  abi::MailboxCode reserve(const abi::MailboxReserve& request, abi::MailboxAnswer& answer);
  /// install_pair and install_one; which one it is stands in `request.command`.
  abi::MailboxCode install(const abi::MailboxInstall& request, abi::MailboxAnswer& answer);
  abi::MailboxCode supersede(const abi::MailboxPair& request);
  abi::MailboxCode retire(const abi::MailboxPair& request);
  abi::MailboxCode mark_redundant(const abi::MailboxPair& request);
  abi::MailboxCode erase(const abi::MailboxPair& request);

  /// Erases what has drained, frees what has been erased, at most `most` entries. False when the bus failed.
  bool poll(std::uint64_t now, std::uint32_t most);
  /// Device time in ns when poll has work next; UINT64_MAX = not foreseeable.
  [[nodiscard]] std::uint64_t next_deadline() const;

  Policy& policy() { return policy_; }
  [[nodiscard]] const Policy& policy() const { return policy_; }
  [[nodiscard]] std::uint32_t refused_full() const { return refused_full_; }
  [[nodiscard]] std::uint32_t refused_quota() const { return refused_quota_; }

 private:
  /// One side of a request.
  struct Side {
    std::uint16_t index;
    std::uint16_t generation;
    bool inbound;
    [[nodiscard]] bool present() const { return index != kNone; }
  };
  /// Limits drawn for one side.
  struct Limits {
    std::uint64_t hard_octets;
    std::uint64_t hard_packets;
    std::uint64_t soft_octets;
    std::uint64_t soft_packets;
  };

  // The request's sides are there, in the right direction, and `event` is possible for each.
  abi::MailboxCode check_pair(const abi::MailboxPair& request, EntryEvent event) const;
  abi::MailboxCode check_side(const Side& side, EntryEvent event) const;
  abi::MailboxCode check_replacement(const Side& old_side, const Side& new_side) const;
  // Entries for the pool, and for new SAs the owner's quota; counts what it refuses.
  abi::MailboxCode admit(abi::Pool pool, std::uint16_t owner, std::uint32_t wanted);

  abi::MailboxCode check_install(const abi::MailboxInstall& request, SoftInterval& interval);
  abi::MailboxCode commit(const abi::MailboxInstall& request, SoftInterval interval, abi::MailboxAnswer& answer);
  abi::MailboxCode commit_side(std::uint16_t index, std::uint16_t generation, std::uint8_t slot,
                               abi::MailboxAnswer& answer);
  Limits draw_limits(std::uint64_t hard_octets, std::uint64_t hard_packets, SoftInterval interval);
  bool stage_limits(std::uint8_t slot, const Limits& limits);
  void adopt_tenant(std::uint16_t index, std::uint16_t owner, bool inbound, std::uint32_t spi, std::uint16_t partner);
  void keep_in_device(std::uint16_t index);

  abi::MailboxCode set_state(std::uint16_t index, abi::EntryState to, EntryEvent event, abi::TransitionCause cause,
                             std::uint64_t deadline = 0);
  abi::MailboxCode erase_entry(std::uint16_t index, abi::TransitionCause cause);
  void finish_erase(std::uint16_t index, abi::TransitionCause cause);
  // The deadline of a waiting entry has passed. False when the bus failed.
  bool go_on(std::uint16_t index, std::uint64_t now);
  // Asks the device what an entry is and believes it.
  abi::MailboxCode take_over(std::uint16_t index);
  void release(std::uint16_t index);
  void note(std::uint16_t index, abi::EntryState from, abi::EntryState to, abi::TransitionCause cause,
            std::uint64_t time);

  RegisterBus& bus_;
  RandomSource& random_;
  CommandPort& port_;
  EntryTable& table_;
  Owners& owners_;
  NoticeQueue& notices_;
  Policy policy_;
  unsigned log2_sas_ = 0;
  std::uint32_t refused_full_ = 0;
  std::uint32_t refused_quota_ = 0;
};

}  // namespace sallyport::fw
