using System;
using System.Linq;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Clients.Tests.State;

namespace PasswordBoss.EntraConnector.Clients.Tests.Upgrade;

/// <summary>A process that hangs while it holds the run lock, and the refused runs, on real files.</summary>
public sealed class RefusedRunTests
{
    [Fact]
    public async Task A_hanging_process_is_reported_until_it_ends_and_fails_the_third_run_in_a_row()
    {
        using var home = new OldHome(OldHome.Ended);
        var connection = home.Connection(home.Names()[0]);
        var before = home.With(connection.Name, journal => journal.Summarize().Health);
        using (var other = SecondProcess.Start("lock", home.Location.Folder, connection.TenantId, connection.PasswordBossUri.OriginalString))
        {
            Assert.Equal("held", await other.ReadLineAsync());
            foreach (var outcome in new[] { SyncOutcome.AlreadyRunning, SyncOutcome.AlreadyRunning, SyncOutcome.Failed })
            {
                var refused = await home.SyncAsync(connection.Name);
                Assert.Equal((outcome, "AlreadyRunning"), (refused.Outcome, refused.ErrorId));
                Assert.Contains(" " + other.Id + ", mode Incremental, since ", refused.Message, StringComparison.Ordinal);
                // The data of the status.
                Assert.Equal(refused.Message, home.With(connection.Name, journal => journal.Summarize().Health.LockHeld)!.Render());
            }

            Assert.Equal((3, before.ConsecutiveFailures + 1), home.With(connection.Name, journal => (journal.Summarize().Health.BlockedRuns, journal.Summarize().Health.ConsecutiveFailures)));
            other.Kill();
        }

        await home.SyncAsync(connection.Name);

        var after = home.With(connection.Name, journal => journal.Summarize().Health);
        Assert.Equal((0, null), (after.BlockedRuns, after.LockHeld));
        // Refused runs are not stored, so the history contains only the run that continued.
        Assert.DoesNotContain(home.With(connection.Name, journal => journal.ReadRuns(10, null).ToList()), run => run.ErrorId == "AlreadyRunning");
    }
}
