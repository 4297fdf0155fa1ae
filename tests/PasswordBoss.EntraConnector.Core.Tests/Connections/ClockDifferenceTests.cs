using System;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Core.Tests.Connections;

/// <summary>The difference between two clocks as text.</summary>
public sealed class ClockDifferenceTests
{
    [Theory]
    [InlineData(0, "0 seconds")]
    [InlineData(-1, "1 second")]
    [InlineData(119, "119 seconds")]
    [InlineData(-658, "11 minutes")]
    [InlineData(18 * 3600 + 1200, "18 hours")]
    [InlineData(40 * 86400, "40 days")]
    public void A_duration_is_shown_in_its_largest_unit(int seconds, string expected) => Assert.Equal(expected, ClockDifference.Format(TimeSpan.FromSeconds(seconds)).Render());
}
