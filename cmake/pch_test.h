// What every room test needs on top: the property tester. doctest.h stays out, since its short macros
// (CHECK) must come after our headers.
#pragma once

#include "pch.h"

#include <rapidcheck.h>
