using System;
using System.Linq;
using PasswordBoss.EntraConnector.Core.Tests.Doubles;
using PasswordBoss.EntraConnector.Errors;
using PasswordBoss.EntraConnector.Model;

namespace PasswordBoss.EntraConnector.Core.Tests.Connections;

/// <summary>The metrics of connections, in the text format of Prometheus.</summary>
public sealed class MetricTests
{
    private const string Path = "/metrics/pbentra.prom";

    private readonly World world = new(others: 20);

    private string Labels => $"connection=\"{World.Name}\",tenant=\"{world.Connection.TenantId}\"";

    [Fact]
    public void A_connection_that_syncs_has_all_metrics()
    {
        world.Sync();
        var status = world.Service.GetStatus(World.Name);

        var text = Export();

        Assert.Contains($"pbentra_last_success_timestamp_seconds{{{Labels}}} {status.LastSuccess!.Value.ToUnixTimeSeconds()}", text, StringComparison.Ordinal);
        Assert.Contains($"pbentra_status{{{Labels},status=\"Connected\"}} 1\n", text, StringComparison.Ordinal);
        Assert.Contains($"pbentra_status{{{Labels},status=\"Paused\"}} 0\n", text, StringComparison.Ordinal);
        Assert.Contains($"pbentra_accounts{{{Labels},state=\"active\"}} {status.ManagedUsers}\n", text, StringComparison.Ordinal);
        Assert.Contains($"pbentra_paused{{{Labels}}} 0\n", text, StringComparison.Ordinal);
        var requests = world.Entra.RequestCount + world.PasswordBoss.RequestCount;
        Assert.Contains($"pbentra_last_run_requests{{{Labels}}} {requests}\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("pbentra_failing_since_timestamp_seconds{", text, StringComparison.Ordinal);
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !line.StartsWith('#')))
            Assert.Matches(@"^[a-z_]+(\{[a-z]+=""[^""]*""(,[a-z]+=""[^""]*"")*\})? -?[0-9.E+]+$", line);
    }

    [Fact]
    public void Disabled_accounts_and_a_pause_are_counted()
    {
        world.Sync();
        world.Leave(world.UserGroup.Members.First());
        world.Sync();
        Assert.Contains($"pbentra_accounts{{{Labels},state=\"disabled\"}} 1\n", Export(), StringComparison.Ordinal);

        world.UserGroup.Members.Take(8).ToList().ForEach(world.Leave);
        world.Sync();

        Assert.Contains($"pbentra_paused{{{Labels}}} 1\n", Export(), StringComparison.Ordinal);
    }

    [Fact]
    public void Pending_work_the_duration_and_the_expiry_have_their_own_values()
    {
        world.Rules = world.Rules with { NewUser = NewUserRule.CreatePending, DeletedUser = LeaverRule.Delete, DeleteAfterDays = 30 };
        world.Change(connection => connection with { SecretExpires = new DateTimeOffset(2026, 5, 6, 7, 8, 9, TimeSpan.Zero) });
        world.Sync();
        // Two users are deleted, so their accounts are disabled and deleted later. Three users are new, and one of them cannot be created.
        world.UserGroup.Members.Take(2).ToList().ForEach(world.SoftDelete);
        foreach (var name in new[] { "anna", "bob", "carl" })
            world.Join(name);
        world.PasswordBoss.FaultOn = (call, target) => call == "CreateAccountAsync" && target == "carl@contoso.com" ? new Fault(ErrorId.AccountServerFailed) : null;
        var waited = false;
        world.Entra.FaultOn = (_, _) =>
        {
            if (!waited)
                world.Clock.Advance(TimeSpan.FromSeconds(2.5));
            waited = true;
            return null;
        };
        world.Sync();

        var text = Export();

        Assert.Contains($"pbentra_last_run_duration_seconds{{{Labels}}} 2.5\n", text, StringComparison.Ordinal);
        Assert.Contains($"pbentra_pending_retries{{{Labels}}} 1\n", text, StringComparison.Ordinal);
        Assert.Contains($"pbentra_pending_deletions{{{Labels}}} 2\n", text, StringComparison.Ordinal);
        Assert.Contains($"pbentra_credential_expiry_timestamp_seconds{{{Labels}}} 1778051289\n", text, StringComparison.Ordinal);
        Assert.Contains($"pbentra_accounts{{{Labels},state=\"active\"}} 18\n", text, StringComparison.Ordinal);
        Assert.Contains($"pbentra_accounts{{{Labels},state=\"pending\"}} 2\n", text, StringComparison.Ordinal);
        Assert.Contains($"pbentra_accounts{{{Labels},state=\"disabled\"}} 2\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_connection_is_failing_since_its_first_failure_and_until_its_next_success()
    {
        world.Sync();
        var success = world.Service.GetStatus(World.Name).LastSuccess;
        world.Entra.FaultOn = (_, _) => new Fault(ErrorId.GraphFailed);
        world.Clock.Advance(TimeSpan.FromMinutes(5));
        world.Sync();
        var first = world.Service.GetStatus(World.Name).LastSync;
        world.Clock.Advance(TimeSpan.FromMinutes(5));
        world.Sync();

        var status = world.Service.GetStatus(World.Name);
        Assert.Equal((first, success, 2), (status.FailingSince, status.LastSuccess, status.ConsecutiveFailures));

        world.Entra.FaultOn = null;
        world.Clock.Advance(TimeSpan.FromMinutes(5));
        world.Sync();
        status = world.Service.GetStatus(World.Name);
        Assert.Null(status.FailingSince);
        Assert.Equal(status.LastSync, status.LastSuccess);
    }

    [Fact]
    public void A_refused_run_does_not_end_a_failure()
    {
        world.Sync();
        world.Entra.FaultOn = (_, _) => new Fault(ErrorId.GraphFailed);
        world.Sync();
        var since = world.Service.GetStatus(World.Name).FailingSince;
        world.Entra.FaultOn = null;
        world.UserGroup.Members.Take(8).ToList().ForEach(world.Leave);
        world.Clock.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal(SyncOutcome.Refused, world.Sync().Outcome);

        Assert.Equal(since, world.Service.GetStatus(World.Name).FailingSince);
    }

    [Fact]
    public void A_label_is_escaped()
    {
        world.Store.SaveConnection(World.NewConnection("Back\\slash \"quoted\""), new ConnectionSecrets());

        Assert.Equal([], world.Service.ExportMetrics(world.Service.ListNames(), Path));

        Assert.Contains("connection=\"Back\\\\slash \\\"quoted\\\"\"", world.Factory.Files[Path], StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_connection_has_a_status_and_no_counts()
    {
        world.Store.Damaged.Add(new DamagedConnection(7, null, "Broken", "rules"));

        Assert.Equal([], world.Service.ExportMetrics(world.Service.ListNames(), Path));

        Assert.Contains("pbentra_status{connection=\"Broken\",tenant=\"\",status=\"Damaged\"} 1\n", world.Factory.Files[Path], StringComparison.Ordinal);
        Assert.DoesNotContain("pbentra_accounts{connection=\"Broken\"", world.Factory.Files[Path], StringComparison.Ordinal);
    }

    private string Export()
    {
        Assert.Equal([], world.Service.ExportMetrics([World.Name], Path));
        return world.Factory.Files[Path];
    }
}
