/*
 * test_message.c
 *	  Messages of a directory: which may be shown to libldap.
 */
#include <stdlib.h>

#include "directory/message.h"

#include "tap.h"

/* In hexadecimal. */
typedef struct Message
{
	const char *bytes;
	const char *name;
} Message;

static const Message good[] = {
	{"300c02010161070a010004000400", "a bind succeeds"},
	{"300e02010161090a0131040004024142", "a bind fails, with a text"},
	{"300e02010161090a0131040004024100", "with a NUL behind the text"},
	{"3010020101610b0a01310404636e3d610400", "with a name"},
	{"3010020101610b0a010e0400040087024142", "with more to be said"},
	{"30840000000c02010161070a010004000400", "a length in four octets"},
	{"300c02010165070a010004000400", "the end of a search"},
	{"3022020101651d0a010a04000400a31404086c6461703a2f2f6104086c6461703a2f2f62", "a referral"},
	{"301702010178120a0100040004008a05312e322e338b024142", "an extended response"},
	{"300c02010178070a010004000400", "one without a name"},
	{"300e02010178090a0100040004008b00", "one with an empty value"},
	{"30050201017900", "an intermediate response"},
	{"300d02010179088003312e32810141", "one with everything"},
	{"300d02010164080404636e3d613000", "an entry"},
	{"3009020101640404003000", "the root"},
	{"3034020101642f0404636e3d613027300f0402636e31090401610400040200ff301404106d656d6265723b72616e67653d302d2a3100",
	 "values of any kind"},
	{"300f020101730a04086c6461703a2f2f61", "a reference"},
	{"300e02010165070a010004000400a000", "no controls"},
	{"301502010165070a010004000400a00730050403312e32", "a control"},
	{"302402010165070a010004000400a016300b0403312e320101ff04017830070403332e340400", "two of them"},
	{"300c02017f65070a010004000400", "another number"},
	{"300f02047fffffff65070a010004000400", "the greatest number"},
	{"300f02040000000165070a010004000400", "a number in four octets"},
};

static const Message bad[] = {
	{"", "nothing"},
	{"30", "half a head"},
	{"3000", "an empty message"},
	{"310c02010161070a010004000400", "no sequence"},
	{"308002010161070a0100040004000000", "an indefinite length"},
	{"3085000000000c02010161070a010004000400", "a length in five octets"},
	{"300c02010161070a0100040004", "the last byte is missing"},
	{"300c02010161070a01000400040000", "one more byte"},
	{"3003020101", "a number alone"},
	{"300b020061070a010004000400", "an empty number"},
	{"300c02018061070a010004000400", "a number below zero"},
	{"30100205000000000161070a010004000400", "a number in five octets"},
	{"300c04013161070a010004000400", "a text for a number"},
	{"300c020101600702010304008000", "a request"},
	{"30050201014200", "a farewell"},
	{"30060201017f0178", "an operation that there is not"},
	{"300a02010144050401613000", "not constructed"},
	{"30050201016100", "an empty result"},
	{"300802010161030a0100", "a code alone"},
	{"300a02010161050a01000400", "no text"},
	{"300b02010161060a0004000400", "no code"},
	{"300c02010161070a018004000400", "a code below zero"},
	{"300c020101610702010004000400", "a number for a code"},
	{"3012020101610d0a01000406636e3d6100620400", "a name with a NUL"},
	{"300f020101610a0a010004000400040178", "something behind"},
	{"300f020101650a0a010004000400870178", "credentials of a search"},
	{"300e02010165090a010a04000400a300", "a referral to nowhere"},
	{"3011020101650c0a010a04000400a303020101", "a referral to a number"},
	{"300e02010178090a0100040004008a00", "an extended response with an empty name"},
	{"3011020101780c0a0100040004008a03312032", "one with a space in its name"},
	{"3012020101780d0a0100040004008b01788a0131", "one in the wrong order"},
	{"30050201017300", "a reference to nowhere"},
	{"300b0201017306040161040578", "a string that is cut off"},
	{"30080201016403040161", "an entry without a list"},
	{"300702010164023000", "an entry without a name"},
	{"300c020101640704016130000400", "an entry and more"},
	{"3013020101640e040a636e3d61002c64633d623000", "an entry whose name ends early"},
	{"300e020101640904016130040402636e", "an attribute that is a text"},
	{"300c020101640704016130023000", "an empty one"},
	{"3010020101640b040161300630040402636e", "one without values"},
	{"3013020101640e0401613009300704003103040178", "one without a name"},
	{"30160201016411040161300c300a040363006e3103040178", "one whose name ends early"},
	{"30150201016410040161300b30090402636e3003040178", "values that are no set"},
	{"30150201016410040161300b30090402636e3103020101", "values that are numbers"},
	{"3014020101640f040161300a30080402636e31000400", "an attribute and more"},
	{"300f02010165070a010004000400040178", "something instead of controls"},
	{"301302010165070a010004000400a0050403312e32", "a control that is a text"},
	{"301002010165070a010004000400a0023000", "an empty one"},
	{"301202010165070a010004000400a00430020400", "one without a name"},
	{"301502010165070a010004000400a00730050401310100", "one that is neither critical nor not"},
	{"301702010165070a010004000400a009300704013104000400", "one with two values"},
	{"301002010165070a010004000400a000a000", "controls twice"},
	{"301502010165070a01000400040065070a010004000400", "two operations"},
	{"300f020101650a0a84ffffffff04000400", "a length beyond everything"},
};

/* A farewell, and one that libldap would not survive. */
static const Message unsolicited[] = {
	{"3024020100781f0a0134040004008a16312e332e362e312e342e312e313436362e3230303336",
	 "a notice of disconnection"},
	{"300e02010078090a0134040004008a00", "one without a name"},
	{"30060201007f0178", "anything"},
};

/* In memory that ends where the message ends. */
static uint8_t *
read_bytes(const Message *message, size_t *length)
{
	uint8_t *bytes;

	*length = strlen(message->bytes) / 2;
	bytes = malloc(*length > 0 ? *length : 1);
	for (size_t i = 0; i < *length; i++)
	{
		unsigned byte;

		sscanf(message->bytes + 2 * i, "%2x", &byte);
		bytes[i] = (uint8_t) byte;
	}
	return bytes;
}

static void
check(const Message *messages, size_t count, AuthzMessageResult expected)
{
	for (size_t i = 0; i < count; i++)
	{
		size_t length;
		uint8_t *bytes = read_bytes(&messages[i], &length);

		is_number(authz_message_check(bytes, length), expected, messages[i].name);
		free(bytes);
	}
}

/* The head tells how long a good message is, as soon as it is whole. */
static void
heads(void)
{
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
	{
		size_t length;
		size_t told = 0;
		size_t available = 0;
		uint8_t *bytes = read_bytes(&good[i], &length);

		while (authz_message_length(bytes, available, &told) == AUTHZ_MESSAGE_INCOMPLETE)
			available++;
		ok(told == length && available == (bytes[1] == 0x84 ? 6 : 2), "how long it is: %s",
		   good[i].name);
		free(bytes);
	}
}

static void
head(const char *hex, AuthzMessageResult expected, size_t expected_length, const char *name)
{
	const Message message = {hex, name};
	size_t available;
	size_t length = 0;
	uint8_t *bytes = read_bytes(&message, &available);
	AuthzMessageResult result = authz_message_length(bytes, available, &length);

	ok(result == expected && (result != AUTHZ_MESSAGE_OK || length == expected_length), "%s", name);
	free(bytes);
}

static void
lengths(void)
{
	head("", AUTHZ_MESSAGE_INCOMPLETE, 0, "no byte");
	head("30", AUTHZ_MESSAGE_INCOMPLETE, 0, "one byte");
	head("3082", AUTHZ_MESSAGE_INCOMPLETE, 0, "two, where it takes more");
	head("308201", AUTHZ_MESSAGE_INCOMPLETE, 0, "three");
	head("30820100", AUTHZ_MESSAGE_OK, 260, "four");
	head("308101", AUTHZ_MESSAGE_OK, 4, "longer than need be");
	head("308400400000", AUTHZ_MESSAGE_OK, 4194310, "the greatest length");
	head("308400400001", AUTHZ_MESSAGE_MALFORMED, 0, "a greater one");
	head("3084ffffffff", AUTHZ_MESSAGE_MALFORMED, 0, "thousands of millions");
	head("3085", AUTHZ_MESSAGE_MALFORMED, 0, "in five octets");
	head("30ff", AUTHZ_MESSAGE_MALFORMED, 0, "in very many");
	head("3080", AUTHZ_MESSAGE_MALFORMED, 0, "indefinite");
	head("3000", AUTHZ_MESSAGE_MALFORMED, 0, "nothing");
	head("1503", AUTHZ_MESSAGE_MALFORMED, 0, "TLS");
	head("4854", AUTHZ_MESSAGE_MALFORMED, 0, "HTTP");
}

int
main(void)
{
	check(good, sizeof(good) / sizeof(good[0]), AUTHZ_MESSAGE_OK);
	check(bad, sizeof(bad) / sizeof(bad[0]), AUTHZ_MESSAGE_MALFORMED);
	check(unsolicited, sizeof(unsolicited) / sizeof(unsolicited[0]), AUTHZ_MESSAGE_UNSOLICITED);
	heads();
	lengths();
	return tap_end();
}
