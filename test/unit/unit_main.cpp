#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstring>

#include "unit.hpp"

namespace vhnsw::unit {
namespace {

constexpr int kPrintedPerTest = 20;

constinit Test *first_test = nullptr;
constinit Test **list_end = &first_test;
constinit const Test *running = nullptr;
constinit int failed_checks = 0;

bool
passes(const Test &test)
{
    running = &test;
    failed_checks = 0;
    test.run();
    running = nullptr;
    free_all_blocks();
    if (failed_checks > kPrintedPerTest)
        fprintf(stderr, "%s: %d more failed checks\n", test.name, failed_checks - kPrintedPerTest);
    return failed_checks == 0;
}

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kSanitizerReportsSignals = true;
#else
constexpr bool kSanitizerReportsSignals = false;
#endif

// Says which test died, then lets the signal kill the program.
void
name_the_culprit(int signal_number)
{
    fprintf(stderr, "%s: died of signal %d\n", current_test(), signal_number);
    signal(signal_number, SIG_DFL);
}

void
watch_for_deadly_signals()
{
    constexpr int kDeadly[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL};
    if (kSanitizerReportsSignals) return;
    for (int deadly : kDeadly) signal(deadly, name_the_culprit);
}

int
run_tests(const char *filter)
{
    int passed = 0, failed = 0;
    for (const Test *test = first_test; test != nullptr; test = test->next)
        if (strstr(test->name, filter) != nullptr) ++(passes(*test) ? passed : failed);
    printf("%d passed, %d failed\n", passed, failed);
    // A filter that matches nothing is a mistake.
    return failed == 0 && passed > 0 ? 0 : 1;
}

}  // namespace

Registration::Registration(Test *test)
{
    *list_end = test;
    list_end = &test->next;
}

const char *
current_test()
{
    return running != nullptr ? running->name : "(no test)";
}

void
check(bool passed, const char *file, int line, const char *condition, const char *format, ...)
{
    if (passed || ++failed_checks > kPrintedPerTest) return;
    fprintf(stderr, "%s:%d: %s: %s ", file, line, current_test(), condition);
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, "\n");
}

}  // namespace vhnsw::unit

int
main(int argc, char **argv)
{
    vhnsw::unit::watch_for_deadly_signals();
    return vhnsw::unit::run_tests(argc > 1 ? argv[1] : "");
}
