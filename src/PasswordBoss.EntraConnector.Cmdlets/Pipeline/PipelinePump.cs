using System;
using System.Collections.Concurrent;
using System.Threading;
using System.Threading.Tasks;

namespace PasswordBoss.EntraConnector.Pipeline;

/// <summary>
/// Lets the service work off-thread. Everything that uses PowerShell's streams and prompts runs on the pipeline thread, in the order in which it was
/// posted.
/// </summary>
internal sealed class PipelinePump : IDisposable
{
    private readonly BlockingCollection<Action> actions = new();
    private readonly CancellationTokenSource stop;

    /// <summary>Creates a pump for one piece of work.</summary>
    /// <param name="stop">Cancelled when an action throws, so that the work ends too.</param>
    internal PipelinePump(CancellationTokenSource stop) => this.stop = stop;

    /// <summary>Posts an action to the pipeline thread and returns at once. Actions posted after the end of the work are dropped.</summary>
    internal void Post(Action action)
    {
        try
        {
            actions.Add(action);
        }
        catch (InvalidOperationException)
        {
            // The work has ended, so no one would see the output.
        }
    }

    /// <summary>Runs a question on the pipeline thread, such as a prompt, and returns its result.</summary>
    internal Task<T> AskAsync<T>(Func<T> question, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        // If an earlier action throws, the question is never pumped; without this registration the work would wait for it forever.
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
    /// Runs the work and pumps actions until it ends. If an action throws (a stopped pipeline, a preference of Stop), cancels the work, lets it end cleanly,
    /// and rethrows the exception.
    /// </summary>
    internal T Run<T>(Func<CancellationToken, Task<T>> work)
    {
        var task = Task.Run(() => work(stop.Token));
        _ = task.ContinueWith(_ => actions.CompleteAdding(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
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
