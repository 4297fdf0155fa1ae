using System;
using System.Globalization;
using System.Threading;
using System.Threading.Tasks;
using CsCheck;
using Xunit.Sdk;

namespace PasswordBoss.EntraConnector.Core.Tests;

/// <summary>
/// Random cases. A build tries the same ones each time, so that a failure comes from the change that is built. The nightly workflow sets PBENTRA_TEST_SEED to a new
/// number, and so tries others.
/// </summary>
internal static class RandomCases
{
    /// <summary>The number that determines the cases: PBENTRA_TEST_SEED, or 1.</summary>
    public static int Seed { get; } = Number("PBENTRA_TEST_SEED") ?? 1;

    /// <summary>The value of an environment variable that contains a number; null if it does not.</summary>
    /// <param name="variable">The name of the variable.</param>
    public static int? Number(string variable) => int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>Tries random cases. The message contains the first one that failed, and its seed.</summary>
    /// <param name="cases">Generates a case.</param>
    /// <param name="count">The number of cases.</param>
    /// <param name="attempt">Tries one case; throws if it fails. Called on several threads at once, unless <paramref name="isParallel"/> is false.</param>
    /// <param name="isParallel">Whether cases may be tried at once.</param>
    public static void TryEach<T>(this Gen<T> cases, int count, Action<T> attempt, bool isParallel = true)
    {
        XunitException? failure = null;
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = isParallel ? Environment.ProcessorCount : 1 }, (number, loop) =>
        {
            if (loop.IsStopped)
                return;
            var value = cases.Generate(new PCG((uint)number, (ulong)Seed), null, out _);
            try
            {
                attempt(value);
            }
            catch (Exception e)
            {
                loop.Stop();
                Interlocked.CompareExchange(ref failure, new XunitException($"Case {number} of PBENTRA_TEST_SEED={Seed}: {Check.Print(value)}", e), null);
            }
        });
        if (failure is not null)
            throw failure;
    }
}
