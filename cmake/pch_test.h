// What every room test needs on top: the test framework and the property tester.
#pragma once

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "pch.h"
