/* Calendar arithmetic.  Years are counted from March inside, so that the leap day is the last of its
   year and the lengths of months follow (153 m + 2) / 5.

   See also: H. Hinnant, chrono-compatible low-level date algorithms. */
#include "modules/_datetime/calendar.h"

enum { DAYS_PER_ERA = 146097 };             /* 400 years */

/* Ordinal of the day before 1 March of year 0. */
enum { MARCH_ZERO = -306 };

int
days_in_month(int year, int month)
{
    static const unsigned char lengths[13] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap_year(year) ? 29 : lengths[month];
}

int
day_to_ordinal(int year, int month, int day)
{
    int from_march = month > 2 ? month - 3 : month + 9;
    int y = month > 2 ? year : year - 1;
    int era = (y >= 0 ? y : y - 399) / 400;
    int year_of_era = y - era * 400;
    int before = year_of_era * 365 + year_of_era / 4 - year_of_era / 100;
    return MARCH_ZERO + era * DAYS_PER_ERA + before + (153 * from_march + 2) / 5 + day;
}

Day
day_of_ordinal(int ordinal)
{
    long long days = (long long)ordinal - MARCH_ZERO - 1;
    int era = (int)((days >= 0 ? days : days - (DAYS_PER_ERA - 1)) / DAYS_PER_ERA);
    int day_of_era = (int)(days - (long long)era * DAYS_PER_ERA);
    int year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524
                       - day_of_era / (DAYS_PER_ERA - 1)) / 365;
    int day = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int from_march = (5 * day + 2) / 153;
    int month = from_march < 10 ? from_march + 3 : from_march - 9;
    return (Day){
        .year = year_of_era + era * 400 + (month <= 2),
        .month = month,
        .day = day - (153 * from_march + 2) / 5 + 1,
    };
}

int
day_of_year(int year, int month, int day)
{
    return day_to_ordinal(year, month, day) - day_to_ordinal(year, 1, 1) + 1;
}

/* The Monday of the week that holds 4 January: the ISO year begins there. */
static int
iso_year_start(int year)
{
    int fourth = day_to_ordinal(year, 1, 4);
    return fourth - weekday_of_ordinal(fourth);
}

int
is_long_iso_year(int year)
{
    return iso_year_start(year + 1) - iso_year_start(year) > 52 * 7;
}

int
ordinal_of_iso_day(int year, int week, int weekday)
{
    return iso_year_start(year) + (week - 1) * 7 + weekday - 1;
}

Day
iso_day_of_ordinal(int ordinal)
{
    int year = day_of_ordinal(ordinal).year;
    if (ordinal < iso_year_start(year)) {
        year--;
    } else if (ordinal >= iso_year_start(year + 1)) {
        year++;
    }
    int days = ordinal - iso_year_start(year);
    return (Day){.year = year, .month = days / 7 + 1, .day = days % 7 + 1};
}
