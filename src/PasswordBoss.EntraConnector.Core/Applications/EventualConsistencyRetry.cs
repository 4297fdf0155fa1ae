using System;
using System.Threading;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Messages;
using PasswordBoss.EntraConnector.Ports;

namespace PasswordBoss.EntraConnector.Applications;

/// <summary>
/// Waits out the time that passes until what was just written is known everywhere in Entra. Microsoft names no limit for it; this waits about two minutes,
/// longer each time.
/// </summary>
internal sealed class EventualConsistencyRetry
{
    private const int LooksForCreated = 4;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(2);

    private readonly Func<TimeSpan, CancellationToken, Task> wait;
    private readonly IRunObserver observer;
    private readonly string subject;

    public EventualConsistencyRetry(Func<TimeSpan, CancellationToken, Task> wait, IRunObserver observer, string subject)
    {
        this.wait = wait;
        this.observer = observer;
        this.subject = subject;
    }

    /// <summary>Does something, again and again as long as it fails because something is not known yet.</summary>
    /// <param name="what">What is waited for, for the progress.</param>
    /// <param name="work">What to do.</param>
    /// <param name="isTooEarly">Whether a failure may pass.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    public async Task<T> DoAsync<T>(Message what, Func<Task<T>> work, Func<ConnectorException, bool> isTooEarly, CancellationToken cancellationToken)
    {
        var waited = TimeSpan.Zero;
        for (var pause = TimeSpan.FromSeconds(1); ; pause = pause + pause < Longest ? pause + pause : Longest)
        {
            try
            {
                return await work().ConfigureAwait(false);
            }
            catch (ConnectorException e) when (isTooEarly(e) && waited + pause <= Bound)
            {
                observer.Progress(subject, what, (int)waited.TotalSeconds, (int)Bound.TotalSeconds);
                await wait(pause, cancellationToken).ConfigureAwait(false);
                waited += pause;
            }
        }
    }

    /// <summary>Writes to something that may have been created just now.</summary>
    /// <param name="what">What is waited for.</param>
    /// <param name="work">The write.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    public Task<T> WriteAsync<T>(Message what, Func<Task<T>> work, CancellationToken cancellationToken) =>
        DoAsync(what, work, e => e.Id == ErrorId.DirectoryObjectMissing, cancellationToken);

    /// <summary>
    /// Creates something once. Where the answer was lost, or says that it is there already, it is looked for.
    /// </summary>
    /// <param name="what">What is created.</param>
    /// <param name="create">The creation; null when it is there already.</param>
    /// <param name="find">Looks for it; null when it is not there.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    public async Task<T> CreateAsync<T>(Message what, Func<Task<T?>> create, Func<Task<T?>> find, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            if (await WriteAsync(what, create, cancellationToken).ConfigureAwait(false) is { } created)
                return created;
        }
        catch (ConnectorException lost) when (lost.Id is ErrorId.GraphUnreachable or ErrorId.GraphFailed or ErrorId.GraphAnswerInvalid)
        {
            if (await SeekAsync(what, find, cancellationToken).ConfigureAwait(false) is { } done)
                return done;
            throw;
        }

        return await SeekAsync(what, find, cancellationToken).ConfigureAwait(false)
            ?? throw new ConnectorException(ErrorId.DirectoryObjectMissing, subject, what.Render()) { Target = subject };
    }

    private async Task<T?> SeekAsync<T>(Message what, Func<Task<T?>> find, CancellationToken cancellationToken)
        where T : class
    {
        for (var misses = 0; ;)
        {
            if (await find().ConfigureAwait(false) is { } found)
                return found;
            if (++misses == LooksForCreated)
                return null;
            observer.Progress(subject, what, 0, 0);
            await wait(Longest, cancellationToken).ConfigureAwait(false);
        }
    }
}
