/* The proleptic Gregorian calendar as arithmetic: days are numbered from 1 for 1 January of year 1. */
#ifndef KRAIT_MODULES_DATETIME_CALENDAR_H
#define KRAIT_MODULES_DATETIME_CALENDAR_H

enum {
    MIN_YEAR = 1,
    MAX_YEAR = 9999,
    MAX_ORDINAL = 3652059,          /* 31 December 9999 */
    EPOCH_ORDINAL = 719163,         /* 1 January 1970 */
    SECONDS_PER_DAY = 86400,
    MICROSECONDS_PER_SECOND = 1000000,
};

/* A day of the calendar, or of the ISO calendar where `month` is the week and `day` the weekday. */
typedef struct {
    int year, month, day;
} Day;

static inline int
is_leap_year(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int days_in_month(int year, int month);

/* The number of a day; fields out of range are carried over, as far as an int reaches. */
int day_to_ordinal(int year, int month, int day);

Day day_of_ordinal(int ordinal);

/* 0 is Monday. */
static inline int
weekday_of_ordinal(int ordinal)
{
    int weekday = (ordinal + 6) % 7;
    return weekday < 0 ? weekday + 7 : weekday;
}

int day_of_year(int year, int month, int day);
Day iso_day_of_ordinal(int ordinal);

/* Whether an ISO year has 53 weeks. */
int is_long_iso_year(int year);

/* The ordinal of an ISO day whose fields are in range; it may lie outside of the calendar. */
int ordinal_of_iso_day(int year, int week, int weekday);

#endif
