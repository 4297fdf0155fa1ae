using System;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Applications;

/// <summary>
/// Waits until a recent write is visible everywhere in Entra. Microsoft documents no limit for this. The pauses between retries grow, and add up to two minutes at most.
/// </summary>
internal sealed class EventualConsistencyRetry
{
    private const int MaxFindAttempts = 4;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(2);

    private readonly IClock clock;
    private readonly IRunObserver observer;
    private readonly string subject;

    public EventualConsistencyRetry(IClock clock, IRunObserver observer, string subject)
    {
        this.clock = clock;
        this.observer = observer;
        this.subject = subject;
    }

    /// <summary>Retries an operation while it fails because a recent write is not visible yet.</summary>
    /// <param name="what">The text for the progress bar.</param>
    /// <param name="work">The operation.</param>
    /// <param name="isTooEarly">Whether a failure may be temporary.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    public async Task<T> DoAsync<T>(Message what, Func<Task<T>> work, Func<Problem, bool> isTooEarly, CancellationToken cancellationToken)
    {
        var waited = TimeSpan.Zero;
        for (var pause = TimeSpan.FromSeconds(1); ; pause = pause + pause < Longest ? pause + pause : Longest)
        {
            try
            {
                return await work().ConfigureAwait(false);
            }
            catch (ConnectorException e) when (isTooEarly(e.Problem) && waited + pause <= Bound)
            {
                observer.Progress(subject, what, (int)waited.TotalSeconds, (int)Bound.TotalSeconds);
                await clock.DelayAsync(pause, cancellationToken).ConfigureAwait(false);
                waited += pause;
            }
        }
    }

    /// <summary>Writes to an object that may be new.</summary>
    /// <param name="what">The text for the progress bar.</param>
    /// <param name="work">The write.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    public Task<T> WriteAsync<T>(Message what, Func<Task<T>> work, CancellationToken cancellationToken) =>
        DoAsync(what, work, e => e.Id == ErrorId.DirectoryObjectMissing, cancellationToken);

    /// <summary>
    /// Creates an object once. If the response is lost, or reports that the object already exists, looks for the object.
    /// </summary>
    /// <param name="what">The text for the progress bar.</param>
    /// <param name="create">Creates the object.</param>
    /// <param name="find">Finds the object; returns null if it does not exist.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    public async Task<T> CreateAsync<T>(Message what, Func<Task<Creation<T>>> create, Func<Task<T?>> find, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            if (await WriteAsync(what, create, cancellationToken).ConfigureAwait(false) is Creation<T>.Created created)
                return created.Item;
        }
        catch (ConnectorException lost) when (lost.Id is ErrorId.GraphUnreachable or ErrorId.GraphFailed or ErrorId.GraphAnswerInvalid)
        {
            if (await SeekAsync(what, find, cancellationToken).ConfigureAwait(false) is { } done)
                return done;
            throw;
        }

        return await SeekAsync(what, find, cancellationToken).ConfigureAwait(false)
            ?? throw new ConnectorException(Problems.DirectoryObjectMissing(subject, what).About(subject));
    }

    private async Task<T?> SeekAsync<T>(Message what, Func<Task<T?>> find, CancellationToken cancellationToken)
        where T : class
    {
        for (var misses = 0; ;)
        {
            if (await find().ConfigureAwait(false) is { } found)
                return found;
            if (++misses == MaxFindAttempts)
                return null;
            observer.Progress(subject, what, 0, 0);
            await clock.DelayAsync(Longest, cancellationToken).ConfigureAwait(false);
        }
    }
}
