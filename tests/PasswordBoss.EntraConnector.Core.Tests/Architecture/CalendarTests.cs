using System;
using System.Globalization;
using System.Text.RegularExpressions;
using PasswordBoss.EntraConnector.Messages;

namespace PasswordBoss.EntraConnector.Core.Tests.Architecture;

/// <summary>Dates in texts are in the Gregorian calendar, whatever the culture of the session: the year of another calendar looks like an error.</summary>
public sealed partial class CalendarTests
{
    private static readonly DateTimeOffset Time = new(new DateTime(2026, 11, 30, 14, 5, 9, DateTimeKind.Local));

    [Theory]
    [InlineData("th-TH")]
    [InlineData("ar-SA")]
    [InlineData("fa-IR")]
    [InlineData("fr-FR")]
    public void A_date_has_the_same_form_in_each_culture(string culture)
    {
        var former = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
        try
        {
            Assert.Equal("2026-11-30", MessageValue.LocalDay(Time));
            Assert.Matches(@"\A2026-11-30 14:05 [+-]\d\d:\d\d\z", MessageValue.Local(Time));
            Assert.Matches(@"\A2026-(11|12)-\d\d \d\d:\d\d UTC\z", MessageValue.Of(Time));
        }
        finally
        {
            CultureInfo.CurrentCulture = former;
        }
    }

    [Fact]
    public void No_date_is_formatted_for_the_culture_of_the_session() => Sources.AssertNoLine(Sources.Files(), FollowsCulture);

    [Theory]
    [InlineData("time.ToString(\"d\", CultureInfo.CurrentCulture)")]
    [InlineData("time.ToLocalTime().ToString(\"g\", System.Globalization.CultureInfo.CurrentCulture)")]
    [InlineData("time.ToString(\"yyyy-MM-dd\", CultureInfo.CurrentCulture)")]
    [InlineData("time.ToShortDateString()")]
    [InlineData("$\"{time:yyyy-MM-dd}\"")]
    [InlineData("$\"since {link.LinkedAt:d}\"")]
    public void A_date_for_the_culture_is_found(string line) => Assert.True(FollowsCulture(line));

    [Theory]
    [InlineData("time.ToString(\"yyyy-MM-dd\", CultureInfo.InvariantCulture)")]
    [InlineData("minutes.ToString(\"0.#\", CultureInfo.CurrentCulture)")]
    [InlineData("count.ToString(CultureInfo.CurrentCulture)")]
    [InlineData("$\"{name}: {count}\"")]
    public void Other_texts_are_allowed(string line) => Assert.False(FollowsCulture(line));

    private static bool FollowsCulture(string line) => !line.TrimStart().StartsWith("//", StringComparison.Ordinal) && (ByFormat().IsMatch(line) || ByMethod().IsMatch(line) || ByHole().IsMatch(line));

    [GeneratedRegex("""\.ToString\("(?:[dDfFgGmMtTyY]|[^"]*(?:yy|MM|HH)[^"]*)", (?:System\.Globalization\.)?CultureInfo\.CurrentCulture\)""")]
    private static partial Regex ByFormat();

    [GeneratedRegex(@"\.To(?:Short|Long)(?:Date|Time)String\(")]
    private static partial Regex ByMethod();

    [GeneratedRegex(@"\{[^{}""]*:(?:[dDfFgGtT]|[^{}""]*yyyy[^{}""]*)\}")]
    private static partial Regex ByHole();
}
