// As os_defines.h.
#pragma once
