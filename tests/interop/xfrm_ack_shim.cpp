// Stands in for the kernel's XFRM under pluto (LD_PRELOAD). No packet is ever protected: requests for SAs and policies
// never reach a kernel but a table in here, which answers as the kernel would and writes each change of an SA as a line
// of JSON to the file that $XFRM_JOURNAL names. So pluto's namespace needs no ESP, and the test reads what pluto meant.
#include <arpa/inet.h>
#include <dlfcn.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/xfrm.h>
#include <netinet/in.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace {

using Octets = std::vector<std::uint8_t>;

/// Destination, protocol and SPI name an SA.
using SaName = std::tuple<std::string, std::uint8_t, std::uint32_t>;

struct Table {
  std::mutex mutex;
  std::map<SaName, xfrm_usersa_info> sas;
  std::set<std::string> policies;
  std::map<int, Octets> answers;  ///< By socket, until it is read.
};

Table& table() {
  static auto* one = new Table;  // outlives every thread of pluto's
  return *one;
}

bool speaks_xfrm(int fd) {
  int domain = 0;
  int protocol = 0;
  socklen_t size = sizeof domain;
  if (::getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) != 0 || domain != AF_NETLINK) return false;
  size = sizeof protocol;
  return ::getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &size) == 0 && protocol == NETLINK_XFRM;
}

/// A structure out of octets that need not be aligned; zeros where there are too few.
template <class T>
T take(const std::uint8_t* from, std::size_t size) {
  T value{};
  std::memcpy(&value, from, std::min(size, sizeof value));
  return value;
}

std::string text(const xfrm_address_t& address, std::uint16_t family) {
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  ::inet_ntop(family == AF_INET6 ? AF_INET6 : AF_INET, &address, buffer.data(), buffer.size());
  return buffer.data();
}

std::string hex(const std::uint8_t* octets, std::size_t size) {
  std::string out;
  for (std::size_t i = 0; i < size; ++i) {
    std::array<char, 3> two{};
    std::snprintf(two.data(), two.size(), "%02x", octets[i]);
    out += two.data();
  }
  return out;
}

void journal(const std::string& line) {
  const char* path = std::getenv("XFRM_JOURNAL");
  if (path == nullptr) return;
  if (std::FILE* file = std::fopen(path, "ae")) {
    std::fprintf(file, "{%s}\n", line.c_str());
    std::fclose(file);
  }
}

std::string quoted(const char* name, const std::string& value) {
  return "\"" + std::string(name) + "\": \"" + value + "\"";
}

/// Algorithms, keys and encapsulation, as they stand behind an SA.
std::string attributes(const std::uint8_t* at, std::size_t left) {
  std::string line;
  while (left >= sizeof(rtattr)) {
    const auto head = take<rtattr>(at, left);
    if (head.rta_len < sizeof head || head.rta_len > left) break;
    const std::uint8_t* body = at + RTA_LENGTH(0);
    const std::size_t size = head.rta_len - RTA_LENGTH(0);
    const char* what = head.rta_type == XFRMA_ALG_AEAD         ? "aead"
                       : head.rta_type == XFRMA_ALG_CRYPT      ? "cipher"
                       : head.rta_type == XFRMA_ALG_AUTH_TRUNC ? "integrity"
                                                               : nullptr;
    if (what != nullptr && size > sizeof(xfrm_algo)) {
      // All three begin with a name and the key's length in bits; two have one more number before the key.
      const auto algorithm = take<xfrm_algo>(body, size);
      const std::size_t skip = head.rta_type == XFRMA_ALG_CRYPT ? sizeof(xfrm_algo) : sizeof(xfrm_algo_aead);
      const std::size_t key = std::min<std::size_t>(algorithm.alg_key_len / 8, size - std::min(size, skip));
      line += ", " + quoted(what, algorithm.alg_name) + ", " +
              quoted((std::string(what) + "_key").c_str(), hex(body + skip, key));
    } else if (head.rta_type == XFRMA_ENCAP) {
      const auto encap = take<xfrm_encap_tmpl>(body, size);
      line += ", \"udp\": [" + std::to_string(ntohs(encap.encap_sport)) + ", " +
              std::to_string(ntohs(encap.encap_dport)) + "]";
    }
    const std::size_t step = std::min<std::size_t>(RTA_ALIGN(head.rta_len), left);
    at += step;
    left -= step;
  }
  return line;
}

SaName name_of(const xfrm_address_t& to, std::uint16_t family, std::uint8_t protocol, std::uint32_t spi) {
  return {text(to, family), protocol, ntohl(spi)};
}

std::string in_json(const char* what, const SaName& name) {
  return quoted("sa", what) + ", " + quoted("to", std::get<0>(name)) +
         ", \"spi\": " + std::to_string(std::get<2>(name));
}

/// 0, or the error that the kernel would give.
int put_sa(const std::uint8_t* body, std::size_t size, bool is_new) {
  const auto info = take<xfrm_usersa_info>(body, size);
  const SaName name = name_of(info.id.daddr, info.family, info.id.proto, info.id.spi);
  const bool there = table().sas.count(name) != 0;
  if (is_new && there) return EEXIST;
  if (!is_new && !there) return ESRCH;
  table().sas[name] = info;
  const std::size_t head = NLMSG_ALIGN(sizeof info);
  journal(in_json("put", name) + ", " + quoted("from", text(info.saddr, info.family)) + ", " +
          quoted("mode", info.mode == XFRM_MODE_TUNNEL ? "tunnel" : "transport") +
          ", \"esn\": " + ((info.flags & XFRM_STATE_ESN) != 0 ? "true" : "false") +
          (size > head ? attributes(body + head, size - head) : std::string()));
  return 0;
}

int delete_sa(const xfrm_usersa_id& id) {
  const SaName name = name_of(id.daddr, id.family, id.proto, id.spi);
  if (table().sas.erase(name) == 0) return ESRCH;
  journal(in_json("gone", name));
  return 0;
}

int put_policy(const xfrm_userpolicy_info& policy, bool is_new) {
  const std::string name =
      std::to_string(policy.dir) + hex(reinterpret_cast<const std::uint8_t*>(&policy.sel), sizeof policy.sel);
  if (!table().policies.insert(name).second && is_new) return EEXIST;
  return 0;
}

int delete_policy(const xfrm_userpolicy_id& id) {
  const std::string name = std::to_string(id.dir) + hex(reinterpret_cast<const std::uint8_t*>(&id.sel), sizeof id.sel);
  return table().policies.erase(name) == 0 ? ENOENT : 0;
}

Octets answer(const nlmsghdr& request, std::uint16_t type, const void* body, std::size_t size) {
  nlmsghdr head = request;
  head.nlmsg_type = type;
  head.nlmsg_flags = 0;
  head.nlmsg_len = static_cast<std::uint32_t>(NLMSG_LENGTH(size));
  Octets octets(NLMSG_SPACE(size));
  std::memcpy(octets.data(), &head, sizeof head);
  std::memcpy(octets.data() + NLMSG_HDRLEN, body, size);
  return octets;
}

Octets acknowledge(const nlmsghdr& request, int error) {
  const nlmsgerr body{-error, request};
  return answer(request, NLMSG_ERROR, &body, sizeof body);
}

/// An SA without keys holds the SPI, as the kernel's larval ones do.
Octets allocate(const nlmsghdr& request, const xfrm_userspi_info& wanted) {
  xfrm_usersa_info info = wanted.info;
  SaName name;
  do {
    std::uint32_t random = 0;
    if (::getrandom(&random, sizeof random, 0) != sizeof random) return acknowledge(request, EAGAIN);
    const std::uint64_t span = std::uint64_t{wanted.max} - wanted.min + 1;
    info.id.spi = htonl(static_cast<std::uint32_t>(wanted.min + random % span));
    name = name_of(info.id.daddr, info.family, info.id.proto, info.id.spi);
  } while (table().sas.count(name) != 0);
  table().sas[name] = info;
  return answer(request, XFRM_MSG_NEWSA, &info, sizeof info);
}

Octets look_up(const nlmsghdr& request, const xfrm_usersa_id& id) {
  const auto found = table().sas.find(name_of(id.daddr, id.family, id.proto, id.spi));
  if (found == table().sas.end()) return acknowledge(request, ESRCH);
  // Its counters are as pluto gave them: zero. No packet has come or gone.
  return answer(request, XFRM_MSG_NEWSA, &found->second, sizeof found->second);
}

Octets serve(const nlmsghdr& request, const std::uint8_t* body, std::size_t size) {
  switch (request.nlmsg_type) {
    case XFRM_MSG_NEWSA:
      return acknowledge(request, put_sa(body, size, true));
    case XFRM_MSG_UPDSA:
      return acknowledge(request, put_sa(body, size, false));
    case XFRM_MSG_DELSA:
      return acknowledge(request, delete_sa(take<xfrm_usersa_id>(body, size)));
    case XFRM_MSG_GETSA:
      return look_up(request, take<xfrm_usersa_id>(body, size));
    case XFRM_MSG_ALLOCSPI:
      return allocate(request, take<xfrm_userspi_info>(body, size));
    case XFRM_MSG_NEWPOLICY:
      return acknowledge(request, put_policy(take<xfrm_userpolicy_info>(body, size), true));
    case XFRM_MSG_UPDPOLICY:
      return acknowledge(request, put_policy(take<xfrm_userpolicy_info>(body, size), false));
    case XFRM_MSG_DELPOLICY:
      return acknowledge(request, delete_policy(take<xfrm_userpolicy_id>(body, size)));
    default:
      return acknowledge(request, EOPNOTSUPP);
  }
}

template <class Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

ssize_t write(int fd, const void* octets, size_t size) {
  static const auto real = next<ssize_t (*)(int, const void*, size_t)>("write");
  if (size < sizeof(nlmsghdr) || !speaks_xfrm(fd)) return real(fd, octets, size);
  const auto* from = static_cast<const std::uint8_t*>(octets);
  const auto request = take<nlmsghdr>(from, size);
  const std::lock_guard<std::mutex> lock(table().mutex);
  table().answers[fd] = serve(request, from + NLMSG_HDRLEN, size - NLMSG_HDRLEN);
  return static_cast<ssize_t>(size);
}

ssize_t recvfrom(int fd, void* octets, size_t size, int flags, sockaddr* from, socklen_t* from_size) {
  static const auto real = next<ssize_t (*)(int, void*, size_t, int, sockaddr*, socklen_t*)>("recvfrom");
  Octets waiting;
  {
    const std::lock_guard<std::mutex> lock(table().mutex);
    if (auto answer = table().answers.extract(fd)) waiting = std::move(answer.mapped());
  }
  if (waiting.empty()) return real(fd, octets, size, flags, from, from_size);
  const std::size_t given = std::min(size, waiting.size());
  std::memcpy(octets, waiting.data(), given);
  if (from != nullptr) {
    sockaddr_nl kernel{};
    kernel.nl_family = AF_NETLINK;
    std::memcpy(from, &kernel, std::min<std::size_t>(*from_size, sizeof kernel));
    *from_size = sizeof kernel;
  }
  return static_cast<ssize_t>(given);
}

}  // extern "C"
