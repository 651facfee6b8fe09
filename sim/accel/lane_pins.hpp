#pragma once
/// @file
/// Pins of one lane of a Verilated top, under the names that StreamSource and StreamSink use. In the model the lanes of
/// a pin stand side by side in one variable.
#include <cstdint>
#include <cstring>

namespace sallyport::sim {

/// One bit of a pin that has a bit a lane.
class LaneBit {
 public:
  LaneBit(std::uint8_t& pin, unsigned lane) : pin_(pin), lane_(lane) {}
  operator bool() const { return ((pin_ >> lane_) & 1U) != 0; }
  LaneBit& operator=(bool value) {
    pin_ = static_cast<std::uint8_t>((pin_ & ~(1U << lane_)) | (static_cast<unsigned>(value) << lane_));
    return *this;
  }

 private:
  std::uint8_t& pin_;
  unsigned lane_;
};

/// tkeep of a lane. Verilator's words are little-endian, whatever their width.
class LaneKeep {
 public:
  LaneKeep(void* pin, unsigned lane) : at_(static_cast<char*>(pin) + sizeof(std::uint16_t) * lane) {}
  operator std::uint16_t() const {
    std::uint16_t value = 0;
    std::memcpy(&value, at_, sizeof value);
    return value;
  }
  LaneKeep& operator=(std::uint16_t value) {
    std::memcpy(at_, &value, sizeof value);
    return *this;
  }

 private:
  char* at_;
};

/// One bit of a pin; a model of one lane needs no shift.
template <unsigned kLanes, class Pin>
auto lane_bit(Pin& pin, unsigned lane) {
  return LaneBit(pin, kLanes == 1 ? 0 : lane);
}

#define SALLYPORT_LANE_PINS(NAME, DIRECTION)                                                                 \
  template <class V, unsigned kLanes>                                                                        \
  struct NAME {                                                                                              \
    static constexpr unsigned kWords = 4;                                                                    \
    V& v;                                                                                                    \
    unsigned lane;                                                                                           \
    auto desc_tvalid() { return lane_bit<kLanes>(v.DIRECTION##_desc_tvalid, lane); }                         \
    auto* desc_tdata() { return v.DIRECTION##_desc_tdata.data() + kWords * lane; }                           \
    auto s_tvalid() { return lane_bit<kLanes>(v.DIRECTION##_s_tvalid, lane); }                               \
    auto* s_tdata() { return v.DIRECTION##_s_tdata.data() + kWords * lane; }                                 \
    auto s_tkeep() { return LaneKeep(&v.DIRECTION##_s_tkeep, lane); }                                        \
    auto s_tlast() { return lane_bit<kLanes>(v.DIRECTION##_s_tlast, lane); }                                 \
    auto* stat_tdata() { return v.DIRECTION##_stat_tdata.data() + kWords * lane; }                           \
    auto* m_tdata() { return v.DIRECTION##_m_tdata.data() + kWords * lane; }                                 \
    auto m_tkeep() { return LaneKeep(&v.DIRECTION##_m_tkeep, lane); }                                        \
    bool m_tlast() { return lane_bit<kLanes>(v.DIRECTION##_m_tlast, lane); }                                 \
    auto stat_tready() { return lane_bit<kLanes>(v.DIRECTION##_stat_tready, lane); }                         \
    auto m_tready() { return lane_bit<kLanes>(v.DIRECTION##_m_tready, lane); }                               \
    bool output_valid() { return ((v.DIRECTION##_stat_tvalid | v.DIRECTION##_m_tvalid) >> lane & 1U) != 0; } \
    bool desc_fire() { return ((v.DIRECTION##_desc_tvalid & v.DIRECTION##_desc_tready) >> lane & 1U) != 0; } \
    bool s_fire() { return ((v.DIRECTION##_s_tvalid & v.DIRECTION##_s_tready) >> lane & 1U) != 0; }          \
    bool stat_fire() { return ((v.DIRECTION##_stat_tvalid & v.DIRECTION##_stat_tready) >> lane & 1U) != 0; } \
    bool m_fire() { return ((v.DIRECTION##_m_tvalid & v.DIRECTION##_m_tready) >> lane & 1U) != 0; }          \
  }

SALLYPORT_LANE_PINS(OutPins, out);
SALLYPORT_LANE_PINS(InPins, in);

#undef SALLYPORT_LANE_PINS

}  // namespace sallyport::sim
