using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Output;
using PasswordBoss.EntraConnector.Ports;
using PasswordBoss.EntraConnector.Runtime;
using PasswordBoss.EntraConnector.Sync.Record;

namespace PasswordBoss.EntraConnector.Sync;

/// <summary>Saves the result of a run: history, health, pause and progress.</summary>
internal static class RunRecorder
{
    /// <summary>Saves the result in one transaction, unless the run was a preview or is not recorded.</summary>
    /// <param name="journal">The journal of the connection.</param>
    /// <param name="clock">The time of the run.</param>
    /// <param name="result">The result.</param>
    /// <param name="isPreview">Whether the run was a preview.</param>
    /// <returns>The report of the run, also if it could not be saved.</returns>
    public static async Task<SyncReport> SaveAsync(ISyncJournal journal, RunClock clock, RunResult result, bool isPreview)
    {
        if (isPreview || !result.IsRecorded)
            return SyncReports.Of(result);
        try
        {
            if (clock.StateIsAhead)
                journal.SetBackTimes(clock.UtcNow);
            journal.SaveRun(RunHistory.ToKeep(result), HealthAfter.Of(result), PauseAfter.Of(result), ProgressAfter.Of(result));
            if (result.End is RunEnd.Executed { Run.ChangesAnything: true })
                await journal.EndRunAsync(result.RunId).ConfigureAwait(false);
            return SyncReports.Of(result);
        }
        catch (ConnectorException e)
        {
            return SyncReports.NotStored(result, e.Problem);
        }
    }
}
