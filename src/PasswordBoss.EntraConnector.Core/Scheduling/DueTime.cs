using System;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Scheduling;

/// <summary>When a connection runs next.</summary>
internal static class DueTime
{
    /// <summary>The interval if no scheduled task syncs the connections.</summary>
    public static readonly TimeSpan UsualInterval = TimeSpan.FromMinutes(5);

    // The wait doubles with each failure in a row, up to this many times. It never exceeds an hour, or the interval if that is longer.
    private const int MostDoublings = 6;
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    // The minimum time between two runs of a connection in this process. Without it, one run would follow another if the request for a run cannot be deleted from the
    // store.
    private static readonly TimeSpan ShortestWait = TimeSpan.FromSeconds(30);

    // Starts are spread over a tenth of the interval.
    private const int JitterParts = 10;

    /// <summary>The time from which a connection is due; <see cref="DateTimeOffset.MinValue"/> for at once.</summary>
    /// <param name="turn">The connection.</param>
    /// <param name="lastTry">When this process last started a run of it, UTC; null if it has not. A run may end without a record.</param>
    /// <param name="interval">The time between two runs.</param>
    /// <param name="now">The time, UTC.</param>
    public static DateTimeOffset Of(RunTurn turn, DateTimeOffset? lastTry, TimeSpan interval, DateTimeOffset now)
    {
        // A start in the future was recorded before the clock was set back. It is ignored.
        var tried = lastTry <= now ? lastTry : null;
        var recorded = turn.LastStart <= now ? turn.LastStart : null;
        if (turn.IsDueAtOnce)
            return tried is { } time ? time + ShortestWait : DateTimeOffset.MinValue;
        if ((recorded is null || tried > recorded ? tried : recorded) is not { } last)
            return DateTimeOffset.MinValue;
        return last + WaitAfter(turn.Failures, interval) + StableHash.PartOf(TimeSpan.FromTicks(interval.Ticks / JitterParts), turn.Connection);
    }

    /// <summary>Whether a start no longer affects when a connection is due: it is too old, or in the future.</summary>
    /// <param name="lastTry">When this process started a run, UTC.</param>
    /// <param name="interval">The time between two runs.</param>
    /// <param name="now">The time, UTC.</param>
    public static bool CanForget(DateTimeOffset lastTry, TimeSpan interval, DateTimeOffset now) =>
        lastTry > now || now - lastTry > MostWait(interval) + TimeSpan.FromTicks(interval.Ticks / JitterParts);

    private static TimeSpan MostWait(TimeSpan interval) => interval > LongestWait ? interval : LongestWait;

    private static TimeSpan WaitAfter(int failures, TimeSpan interval)
    {
        var most = MostWait(interval);
        var wait = TimeSpan.FromTicks(interval.Ticks << Math.Min(Math.Max(failures, 0), MostDoublings));
        return wait < most ? wait : most;
    }
}
