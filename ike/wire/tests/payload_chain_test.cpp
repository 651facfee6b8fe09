// Chains as they are built.
#include "sallyport/ike/payload_chain.hpp"

#include "octets.hpp"
#include "sallyport/ike/contents.hpp"

namespace sallyport::ike::test {
namespace {

TEST(IkePayloadChain, EachPayloadNamesTheNext) {
  PayloadChain chain;
  EXPECT_EQ(chain.first(), PayloadType::kNone);
  EXPECT_TRUE(chain.octets().empty());
  chain.append_notify(NotifyType::kCookie, Bytes{0xc0})
      .append_idi({IdType::kFqdn, {}, bytes_of("a")})
      .append_idr({IdType::kFqdn, {}, bytes_of("b")})
      .append_tsi({})
      .append_tsr({})
      .append(VendorIdPayload{bytes_of("v")});
  ASSERT_TRUE(chain.status().ok());
  EXPECT_EQ(chain.first(), PayloadType::kNotify);
  EXPECT_EQ(to_hex(chain.octets()), to_hex(hex("23 00 0009 00 00 4006 c0"
                                               "24 00 0009 02 000000 61"
                                               "2c 00 0009 02 000000 62"
                                               "2d 00 0008 00 000000"
                                               "2b 00 0008 00 000000"
                                               "00 00 0005 76")));
}

TEST(IkePayloadChain, WhatCannotBeWrittenIsLeftOutAndTold) {
  PayloadChain chain;
  chain.append(NoncePayload{Bytes(15)}).append(VendorIdPayload{}).append(DeletePayload{ProtocolId::kIke, {1}});
  chain.append_notify(NotifyType::kInitialContact);
  ASSERT_FALSE(chain.status().ok());
  EXPECT_EQ(chain.status().error().text, "Nonce payload: nonce of 15 octets, possible is 16..256");
  EXPECT_EQ(chain.first(), PayloadType::kVendorId);
  EXPECT_EQ(to_hex(chain.octets()), "290000040000000800004000");
}

TEST(IkePayloadChain, APayloadHasAtMost65535Octets) {
  PayloadChain chain;
  chain.append(VendorIdPayload{Bytes(65531, 1)});
  ASSERT_TRUE(chain.status().ok());
  const auto contents = parse_contents(chain.first(), chain.octets());
  ASSERT_TRUE(contents.ok()) << contents.error().text;
  EXPECT_EQ(contents->vendor_ids[0].data.size(), 65531U);
  chain.append(VendorIdPayload{Bytes(65532, 1)});
  ASSERT_FALSE(chain.status().ok());
  EXPECT_EQ(chain.status().error().text, "V payload: 65536 octets are more than a payload holds");
  EXPECT_EQ(chain.octets().size(), 65535U);
}

}  // namespace
}  // namespace sallyport::ike::test
