// The host's C++ headers ask for this file of the operating system. There is none: the headers that the firmware takes (array, span,
// optional, ...) need nothing of it.
#pragma once
