using System;
using System.Collections.Generic;
using System.Linq;

namespace PasswordBoss.EntraConnector.Benchmarks;

/// <summary>The median of several measurements: a disturbed one does not change it.</summary>
internal static class Medians
{
    public static double Median<T>(this IEnumerable<T> measurements, Func<T, double> value)
    {
        var sorted = measurements.Select(value).Order().ToList();
        return sorted.Count % 2 == 1 ? sorted[sorted.Count / 2] : (sorted[sorted.Count / 2 - 1] + sorted[sorted.Count / 2]) / 2;
    }
}
