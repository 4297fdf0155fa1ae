using System;
using System.Linq;
using System.Text;

namespace PasswordBoss.EntraConnector.Model;

/// <summary>A hash that is the same in every process and on every framework; string.GetHashCode is not. It is not secure.</summary>
internal static class StableHash
{
    /// <summary>The hash of a text (FNV-1a).</summary>
    /// <param name="text">The text.</param>
    public static uint Of(string text) => Encoding.UTF8.GetBytes(text).Aggregate(2166136261u, (sum, next) => unchecked((sum ^ next) * 16777619u));

    /// <summary>A duration from zero up to, but not including, the given one. It depends only on the text, and different texts give evenly spread durations.</summary>
    /// <param name="whole">The whole duration.</param>
    /// <param name="text">The text.</param>
    public static TimeSpan PartOf(TimeSpan whole, string text)
    {
        // FNV-1a alone gives similar texts similar high bits.
        var hash = Of(text);
        hash = unchecked((hash ^ (hash >> 16)) * 0x85ebca6bu);
        hash = unchecked((hash ^ (hash >> 13)) * 0xc2b2ae35u);
        hash ^= hash >> 16;
        return TimeSpan.FromTicks((long)(whole.Ticks * (hash / 4294967296.0)));
    }
}
