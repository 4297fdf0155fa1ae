using System;
using System.Collections.Concurrent;
using System.Threading;
using System.Threading.Tasks;

namespace PasswordBoss.EntraConnector.Pipeline;

/// <summary>
/// Lets the engine work off-thread while everything that touches PowerShell's streams and prompts happens on the pipeline thread, in the order in which
/// it was posted.
/// </summary>
internal sealed class PipelinePump : IDisposable
{
    private readonly BlockingCollection<Action> actions = new();
    private readonly CancellationTokenSource stop;

    /// <summary>Creates a pump for one piece of work.</summary>
    /// <param name="stop">Cancelled when an action throws, so that the work ends too.</param>
    internal PipelinePump(CancellationTokenSource stop) => this.stop = stop;

    /// <summary>Asks the pipeline thread to do something; returns at once. What is posted after the end of the work is dropped.</summary>
    internal void Post(Action action)
    {
        try
        {
            actions.Add(action);
        }
        catch (InvalidOperationException)
        {
            // The work has ended, and with it everybody who would read this.
        }
    }

    /// <summary>Asks the pipeline thread to find something out, such as an answer to a prompt.</summary>
    internal Task<T> AskAsync<T>(Func<T> question, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        // Without this a question that is posted but never pumped, because an earlier action threw, would hold up the work for ever.
        var registration = cancellationToken.Register(() => answer.TrySetCanceled());
        Post(() =>
        {
            using (registration)
            {
                try
                {
                    answer.TrySetResult(question());
                }
                catch
                {
                    answer.TrySetCanceled();
                    throw;
                }
            }
        });
        return answer.Task;
    }

    /// <summary>
    /// Runs the work and pumps until it has ended. An action that throws (a stopped pipeline, a preference of Stop) cancels the work, lets it end
    /// cleanly, and throws on.
    /// </summary>
    internal T Run<T>(Func<CancellationToken, Task<T>> work)
    {
        var task = Task.Run(() => work(stop.Token));
        task.ContinueWith(_ => actions.CompleteAdding(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        try
        {
            foreach (var action in actions.GetConsumingEnumerable())
                action();
        }
        catch
        {
            stop.Cancel();
            ((IAsyncResult)task).AsyncWaitHandle.WaitOne();
            _ = task.Exception;
            throw;
        }

        return task.GetAwaiter().GetResult();
    }

    public void Dispose() => actions.Dispose();
}
