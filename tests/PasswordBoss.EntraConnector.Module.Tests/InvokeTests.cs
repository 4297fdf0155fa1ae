using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Threading.Tasks;

namespace PasswordBoss.EntraConnector.Module.Tests;

[Trait("Speed", "Slow")]
public class InvokeTests
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(1);
    private const string Unreachable = """
        $secret = [System.Net.NetworkCredential]::new('', 'not-a-real-secret').SecurePassword
        function Add-Unreachable($Name, $Port) {
            Connect-PBEntra -Name $Name -TenantId ([guid]::NewGuid()) -ClientId ([guid]::NewGuid()) -ClientSecret $secret -AuthorityHost "https://127.0.0.1:$Port/" `
                -GraphEndpoint "https://127.0.0.1:$Port/v1.0" -PasswordBossUri "https://127.0.0.1:$Port/scim" -PasswordBossToken $secret -UserGroup ([guid]::NewGuid()) -SkipVerification
        }
        # Its runs fail at once, because its credential is in environment variables that are not set.
        function Add-WithoutCredential($Name) {
            Connect-PBEntra -Name $Name -TenantId ([guid]::NewGuid()) -ClientId ([guid]::NewGuid()) -EnvironmentVariable -AuthorityHost https://127.0.0.1:1/ `
                -GraphEndpoint https://127.0.0.1:1/v1.0 -PasswordBossUri https://127.0.0.1:1/scim -PasswordBossToken $secret -UserGroup ([guid]::NewGuid()) -SkipVerification
        }
        """;

    [Fact]
    public void WhatIf_writes_one_line_per_action_and_the_run_does_the_same()
    {
        using var session = SyncedBox();
        var leaver = Leave(session);

        var preview = Assert.Single(session.Get<PBSyncResult>("Invoke-PBSync -WhatIf"));

        Assert.Equal(SyncOutcome.Planned, preview.Outcome);
        Assert.Contains(session.Host.Lines, line => line.EndsWith($"Disable account {leaver} : left group 'Password Boss Users'", StringComparison.Ordinal));
        Assert.Equal(preview.Changes.Count(change => change.Outcome == ChangeOutcome.Planned), session.Host.Lines.Count(line => line.StartsWith("What if:", StringComparison.Ordinal)));
        Assert.Equal(AccountState.Active, Assert.Single(session.Get<PBUser>($"Get-PBUser -Email '{leaver}'")).State);

        session.Run("$run = Invoke-PBSync");
        var planned = preview.Changes.Where(change => change.Outcome == ChangeOutcome.Planned).Select(change => (change.Action, change.Email, change.Group));
        Assert.Equal(planned, session.Get<PBSyncChange>("$run.Changes | Where-Object Outcome -EQ Done").Select(change => (change.Action, change.Email, change.Group)));
        Assert.Equal(AccountState.Disabled, Assert.Single(session.Get<PBUser>($"Get-PBUser -Email '{leaver}'")).State);
    }

    [Fact]
    public void A_long_list_of_WhatIf_begins_with_a_summary()
    {
        using var session = new Session();
        session.Run("Connect-PBEntra -Name Contoso -Sandbox; Set-PBSyncGroup -AddGroup 'Design Studio'");

        var planned = session.Get<PBSyncChange>("(Invoke-PBSync -WhatIf).Changes").Count(change => change.Outcome == ChangeOutcome.Planned);

        var lines = session.Host.Lines.Where(line => line.StartsWith("What if:", StringComparison.Ordinal)).ToList();
        Assert.Equal(1 + planned, lines.Count);
        Assert.Equal($"What if: {planned} changes for 'Contoso': 22 create, 1 group, {planned - 23} membership", lines[0]);

        session.Host.Lines.Clear();
        session.Run("[cultureinfo]::CurrentUICulture = 'fr'; $null = Invoke-PBSync -WhatIf");
        Assert.Contains(session.Host.Lines, line => line.EndsWith(
            $"Modifications pour \u00AB\u00A0Contoso\u00A0\u00BB\u00A0: {planned} (\u00E0 cr\u00E9er\u00A0: 22, groupes\u00A0: 1, appartenances\u00A0: {planned - 23})", StringComparison.Ordinal));
    }

    [Fact]
    public void WhatIfPreference_works_like_WhatIf()
    {
        using var session = new Session();
        session.Run("Connect-PBEntra -Sandbox");

        session.Run("$WhatIfPreference = $true; Invoke-PBSync -Force:$false");

        Assert.Contains(session.Host.Lines, line => line.StartsWith("What if:", StringComparison.Ordinal));
        Assert.Empty(session.Get<PBUser>("Get-PBUser"));
    }

    [Fact]
    public void A_log_has_a_line_for_each_run_and_each_change()
    {
        using var session = new Session();
        session.Run("Connect-PBEntra -Sandbox");

        session.Run("Invoke-PBSync -WhatIf -LogPath $env:PBENTRA_HOME/../logs/sync.log");
        Assert.False(Directory.Exists(Path.Combine(session.Home, "logs")));
        session.Run("$run = Invoke-PBSync -LogPath $env:PBENTRA_HOME/../logs/sync.log; $run = Invoke-PBSync -LogPath $env:PBENTRA_HOME/../logs/sync.log");

        var lines = File.ReadAllLines(Path.Combine(session.Home, "logs", "sync.log")).Select(line => JsonDocument.Parse(line).RootElement).ToLookup(line => line.GetProperty("type").GetString());
        Assert.Equal(["Partial", "Partial"], lines["run"].Select(run => run.GetProperty("outcome").GetString()));
        Assert.Equal(22, lines["run"].First().GetProperty("created").GetInt32());
        Assert.Equal(22, lines["change"].Count(change => change.GetProperty("action").GetString() == "Create"));
        Assert.Equal(session.Get<Guid>("$run.RunId").Single(), lines["run"].Last().GetProperty("runId").GetGuid());
    }

    [Theory]
    [InlineData("Invoke-PBSync", "state/state.db")]
    [InlineData("Invoke-PBSync", "state.keys/log")]
    [InlineData("Watch-PBSync", "state.witness/log")]
    // The lock of this log would be a run lock.
    [InlineData("Watch-PBSync", "state/run-0123")]
    public void A_file_of_the_state_is_no_log(string command, string path)
    {
        using var session = new Session();
        session.Run("Connect-PBEntra -Sandbox");
        var file = Path.Combine(session.Home, path);
        var before = File.Exists(file) ? File.ReadAllBytes(file) : null;

        var error = session.Fail($"{command} -LogPath '{file}'");

        Assert.StartsWith("FileUnusable,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(before, File.Exists(file) ? File.ReadAllBytes(file) : null);
        Assert.False(File.Exists(file + ".lock"));
        Assert.Empty(session.Get<PBSyncResult>("Get-PBSyncHistory"));
    }

    [Fact]
    public void Nothing_runs_if_the_log_cannot_be_written()
    {
        using var session = new Session();
        session.Run("Connect-PBEntra -Sandbox");
        File.WriteAllText(Path.Combine(session.Home, "file"), "");

        var error = session.Fail("Invoke-PBSync -LogPath $env:PBENTRA_HOME/../file/sync.log");

        Assert.StartsWith("FileUnusable,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Empty(session.Get<PBSyncResult>("Get-PBSyncHistory"));
        Assert.Empty(session.Get<PBUser>("Get-PBUser"));
    }

    [Fact]
    public void A_second_run_changes_nothing()
    {
        using var session = SyncedBox();

        var result = Assert.Single(session.Run("Invoke-PBSync")).BaseObject as PBSyncResult;

        Assert.DoesNotContain(result!.Changes, change => change.Outcome is ChangeOutcome.Done or ChangeOutcome.Planned);
    }

    [Fact]
    public void Confirm_prompts_for_each_action_and_declined_actions_are_not_done()
    {
        using var session = SyncedBox();
        var leaver = Leave(session);
        session.Host.Answer = message => message.Contains("Disable account", StringComparison.Ordinal) ? "&No" : "&Yes";

        session.Run("Invoke-PBSync -Confirm");

        Assert.Contains(session.Host.Prompts, prompt => prompt.Caption.Contains("'Default'", StringComparison.Ordinal) && prompt.Message.Contains(leaver, StringComparison.Ordinal));
        var count = session.Host.Prompts.Count;
        Assert.Equal(Enumerable.Range(1, count).Select(number => $"Sync of connection 'Default': {number} of {count}"), session.Host.Prompts.Select(prompt => prompt.Caption));
        Assert.Equal(AccountState.Active, Assert.Single(session.Get<PBUser>($"Get-PBUser -Email '{leaver}'")).State);
    }

    [Fact]
    public void All_connections_run_and_all_results_come_before_the_first_error_under_Stop()
    {
        using var session = new Session();
        session.Run(Unreachable + "\nConnect-PBEntra -Name A -Sandbox; Add-WithoutCredential B; Connect-PBEntra -Name C -Sandbox; Add-WithoutCredential D");
        Assert.Empty(session.Errors);

        var output = session.Run("""
            $ErrorActionPreference = 'Stop'
            try { Invoke-PBSync -Name * | ForEach-Object { $_ } } catch { $_ }
            """);

        var results = output.Take(4).Select(item => Assert.IsType<PBSyncResult>(item.BaseObject)).ToList();
        Assert.Equal(["A", "B", "C", "D"], results.Select(result => result.Connection).Order());
        Assert.Equal(["B", "D"], results.Where(result => result.Outcome == SyncOutcome.Failed).Select(result => result.Connection).Order());
        Assert.IsType<ErrorRecord>(Assert.Single(output.Skip(4)).BaseObject);
        Assert.NotEmpty(session.Get<PBUser>("Get-PBUser -Name C"));
    }

    [Fact]
    public void A_failed_connection_writes_an_error_of_the_catalogue()
    {
        using var session = new Session();
        session.Run(Unreachable + "\nAdd-Unreachable B 1");

        var result = Assert.IsType<PBSyncResult>(Assert.Single(session.Run("Invoke-PBSync -Name B")).BaseObject);

        Assert.Equal(SyncOutcome.Failed, result.Outcome);
        var error = Assert.Single(session.Errors);
        Assert.Equal("SignInUnreachable,PasswordBoss.EntraConnector.Commands.InvokePBSyncCommand", error.FullyQualifiedErrorId);
        Assert.Equal(ErrorCategory.ConnectionError, error.CategoryInfo.Category);
        Assert.NotEmpty(error.ErrorDetails.RecommendedAction);
        Assert.StartsWith("B: ", error.ErrorDetails.Message);
    }

    [Theory]
    [InlineData("Invoke-PBSync -Reapply", "ReapplyNeedsFull,")]
    [InlineData("Invoke-PBSync -Force", "ForceNeedsOnePausedConnection,")]
    [InlineData("Invoke-PBSync -Name Default -Force", "ForceNeedsOnePausedConnection,")]
    [InlineData("Set-PBSyncRule -Name D* -NewUser CreatePending", "ConnectionNotFound,")]
    public void Invalid_arguments_end_the_command(string script, string expected)
    {
        using var session = new Session();
        session.Run("Connect-PBEntra -Sandbox");

        Assert.StartsWith(expected, session.Fail(script).FullyQualifiedErrorId);
    }

    [Fact]
    public async Task Stopping_ends_all_connections_and_releases_their_locks()
    {
        using var session = new Session();
        using var silent = Silent(out var port);
        session.Run(Unreachable + $"\nAdd-Unreachable A {port}; Add-Unreachable B {port}");
        Assert.Empty(session.Errors);

        // The second round shows that the locks were released, because a command without a lock does not use the network. Connections whose last run was stopped share a
        // quarter of the slots.
        for (var round = 1; round <= 2; round++)
        {
            using var shell = PowerShell.Create(session.Runspace);
            var run = shell.AddScript("Invoke-PBSync -Name * -ThrottleLimit 8").BeginInvoke();
            using var first = await silent.AcceptTcpClientAsync().WaitAsync(TimeLimit);
            using var second = await silent.AcceptTcpClientAsync().WaitAsync(TimeLimit);

            await shell.StopAsync(null, null).WaitAsync(TimeLimit);

            Assert.Throws<PipelineStoppedException>(() => shell.EndInvoke(run));
            Assert.Equal(PSInvocationState.Stopped, shell.InvocationStateInfo.State);
        }
    }

    [Fact]
    public async Task A_result_is_emitted_while_other_runs_continue()
    {
        using var session = new Session();
        using var silent = Silent(out var port);
        session.Run(Unreachable + $"\nAdd-Unreachable A {port}; Connect-PBEntra -Name B -Sandbox");
        using var shell = PowerShell.Create(session.Runspace);
        using var output = new PSDataCollection<PSObject>();
        var first = new TaskCompletionSource<(PSObject, List<ProgressRecord>)>(TaskCreationOptions.RunContinuationsAsynchronously);
        output.DataAdded += (_, added) => first.TrySetResult((output[added.Index], shell.Streams.Progress.ToList()));

        var run = shell.AddScript("Invoke-PBSync -Name * -ThrottleLimit 2").BeginInvoke((PSDataCollection<PSObject>?)null, output);
        using var hanging = await silent.AcceptTcpClientAsync().WaitAsync(TimeLimit);

        var (result, progress) = await first.Task.WaitAsync(TimeLimit);
        Assert.Equal("B", Assert.IsType<PBSyncResult>(result.BaseObject).Connection);
        // The progress bar of the run is gone, and the overall one is not.
        Assert.Equal("B", Assert.Single(progress, record => record.RecordType == ProgressRecordType.Completed).Activity);
        Assert.Contains(progress, record => record.ParentActivityId < 0);
        Assert.False(run.IsCompleted);
        await shell.StopAsync(null, null).WaitAsync(TimeLimit);
    }

    [Fact]
    public void A_consumer_that_blocks_does_not_block_the_runs()
    {
        using var session = new Session();
        using var silent = Silent(out var port);
        session.Run(Unreachable + $"\nConnect-PBEntra -Name A -Sandbox; Add-WithoutCredential B; Add-Unreachable C {port}");
        session.Runspace.SessionStateProxy.SetVariable("third", silent.AcceptTcpClientAsync());

        // There is one place, so C starts after A and B have ended. The consumer waits for C while it has the result of A.
        var output = session.Run("do { Invoke-PBSync -Name * -ThrottleLimit 1 | ForEach-Object { $_.Connection; $third.Wait(60000); break } } while ($false); $third.Result.Dispose()");

        Assert.Equal(["A", true], output.Select(item => item.BaseObject));
        Assert.Equal(
            ["Partial", "Failed CredentialUnavailable", "Failed Cancelled"],
            session.Get<PBSyncResult>("'A', 'B', 'C' | ForEach-Object { Get-PBSyncHistory -Name $_ }").Select(run => $"{run.Outcome} {run.ErrorId}".TrimEnd()));
    }

    [Theory]
    // Stops as Select-Object -First 1 does, which this engine lacks.
    [InlineData("ForEach-Object { break }", null)]
    [InlineData("ForEach-Object { throw \"Enough of $($_.Connection).\" }", "Enough of B.")]
    public async Task A_consumer_that_ends_the_pipeline_stops_the_other_runs(string consumer, string? error)
    {
        using var session = new Session();
        using var silent = Silent(out var port);
        session.Run(Unreachable + $"\nAdd-Unreachable A {port}; Connect-PBEntra -Name B -Sandbox");
        var hanging = silent.AcceptTcpClientAsync();
        session.Runspace.SessionStateProxy.SetVariable("hanging", hanging);

        var stopped = Record.Exception(() => session.Run("do { Invoke-PBSync -Name * | ForEach-Object { $null = $hanging.Wait(60000); $_ } | " + consumer + " } while ($false)"));

        Assert.Equal(error, stopped?.Message);
        Assert.True(hanging.IsCompletedSuccessfully);
        using var connection = await hanging;
        Assert.Equal("Cancelled", Assert.Single(session.Get<PBSyncResult>("Get-PBSyncHistory -Name A")).ErrorId);
        Assert.Single(session.Get<PBSyncResult>("Get-PBSyncHistory -Name B"));
    }

    [Fact]
    public async Task A_connection_that_had_not_started_before_a_stop_records_nothing()
    {
        using var session = new Session();
        using var silent = Silent(out var port);
        session.Run(Unreachable + $"\nAdd-Unreachable A {port}; Connect-PBEntra -Name B -Sandbox");
        using var shell = PowerShell.Create(session.Runspace);
        var run = shell.AddScript("Invoke-PBSync -Name * -ThrottleLimit 1").BeginInvoke();
        using var hanging = await silent.AcceptTcpClientAsync().WaitAsync(TimeLimit);

        await shell.StopAsync(null, null).WaitAsync(TimeLimit);

        Assert.Throws<PipelineStoppedException>(() => shell.EndInvoke(run));
        Assert.Empty(session.Get<PBSyncResult>("Get-PBSyncHistory -Name B"));
        var status = Assert.Single(session.Get<PBConnectorStatus>("Get-PBConnectorStatus -Name B"));
        Assert.Equal((0, null), (status.ConsecutiveFailures, status.LastOutcome));
    }

    [Fact]
    public void Due_runs_the_due_connections_and_counts_the_waiting_ones()
    {
        using var session = new Session();
        session.Run("'A', 'B' | ForEach-Object { Connect-PBEntra -Name $_ -Sandbox }");

        Assert.Equal(["A", "B"], session.Get<PBSyncResult>("Invoke-PBSync -Name * -Due -InformationVariable waiting").Select(result => result.Connection).Order());
        Assert.Equal([0], session.Get<int>("$waiting.MessageData.Count"));
        Assert.Empty(session.Run("Invoke-PBSync -Name * -Due -InformationVariable waiting"));
        Assert.Equal([2, 0, 0, 2, 0], session.Get<int>("$waiting.MessageData | ForEach-Object { $_.Count, $_.Failed, $_.Refused, $_.Partial, $_.Unreached }"));
        Assert.Equal(["PBSyncWaiting"], session.Get<string>("$waiting.Tags"));

        session.Run("Set-PBSyncRule -Name B -FullSyncHours 12");
        Assert.Equal("B", Assert.Single(session.Get<PBSyncResult>("Invoke-PBSync -Name * -Due")).Connection);
        Assert.Equal(2, session.Get<PBSyncResult>("Invoke-PBSync -Name * -TimeoutMinutes 1.5").Count);
        Assert.StartsWith("ParameterArgumentValidationError,", session.Fail("Invoke-PBSync -Name * -TimeoutMinutes 0.5").FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void Progress_shows_how_many_connections_have_ended_and_ends_with_each_of_them()
    {
        using var session = new Session();
        session.Run("'A', 'B', 'C' | ForEach-Object { Connect-PBEntra -Name $_ -Sandbox }");
        using var shell = PowerShell.Create(session.Runspace);

        shell.AddScript("Invoke-PBSync -Name *").Invoke();

        var records = shell.Streams.Progress.ToList();
        var total = records.Where(record => record.ParentActivityId < 0).ToList();
        Assert.Equal("Syncing connections", Assert.Single(total.Select(record => record.Activity).Distinct()));
        Assert.Equal(("0 of 3", "3 of 3"), (total[0].StatusDescription, total[^1].StatusDescription));
        Assert.Equal((100, ProgressRecordType.Completed), (total[^2].PercentComplete, total[^1].RecordType));
        foreach (var name in new[] { "A", "B", "C" })
        {
            var child = records.Where(record => record.Activity == name).ToList();
            Assert.Equal((total[0].ActivityId, ProgressRecordType.Completed), (child[^1].ParentActivityId, child[^1].RecordType));
            Assert.All(child.SkipLast(1), record => Assert.Equal(ProgressRecordType.Processing, record.RecordType));
            // The minimal view of PowerShell 7 shows only the activity and the status.
            Assert.Contains(child, record => Regex.IsMatch(record.StatusDescription, "^\\d+ of \\d+: Writing to Password Boss$"));
            // Entra does not report how many members a group has.
            Assert.Contains(child, record => Regex.IsMatch(record.StatusDescription, "^\\d+ so far: Reading the members of group 'Password Boss Users' from Entra$"));
        }
    }

    [Fact]
    public void A_host_without_a_console_syncs_and_shows_every_view()
    {
        using var session = new Session();
        using var runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
        runspace.Open();
        using var shell = PowerShell.Create(runspace);

        var output = shell.AddScript($"Import-Module '{Repository.Manifest}'; Connect-PBEntra -Sandbox; Invoke-PBSync -WhatIf; Invoke-PBSync; Invoke-PBSync -User zoe.obrien-mueller@fjordlight.example; Get-PBConnectorStatus; Get-PBUser | Out-Default")
            .Invoke();

        Assert.Empty(shell.Streams.Error.Select(error => error.ToString()));
        Assert.Equal([SyncOutcome.Planned, SyncOutcome.Partial, SyncOutcome.NoChange], output.Select(item => item.BaseObject).OfType<PBSyncResult>().Select(result => result.Outcome));
    }

    [Fact]
    public void Parallel_runspaces_sync_concurrently()
    {
        using var session = new Session();
        var names = Enumerable.Range(1, 8).Select(number => "Box" + number).ToArray();

        Parallel.ForEach(names, name =>
        {
            using var runspace = Session.OpenRunspace(new CapturingHost());
            using var shell = PowerShell.Create(runspace);
            var output = shell.AddScript($"Import-Module '{Repository.Manifest}'; Connect-PBEntra -Name {name} -Sandbox | Out-Null; Invoke-PBSync -ErrorAction SilentlyContinue").Invoke();
            Assert.Equal(name, Assert.IsType<PBSyncResult>(Assert.Single(output).BaseObject).Connection);
        });

        Assert.Equal(names, session.Get<PBConnectorStatus>("Get-PBConnectorStatus -Name Box*").Select(status => status.Connection).Order());
    }

    private static TcpListener Silent(out int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        port = ((IPEndPoint)listener.LocalEndpoint).Port;
        return listener;
    }

    private static Session SyncedBox()
    {
        var session = new Session();
        session.Run("Connect-PBEntra -Sandbox; Invoke-PBSync");
        return session;
    }

    private static string Leave(Session session)
    {
        var leaver = session.Get<PBUser>("Get-PBUser -State Active")[0].Email;
        session.Run($"Edit-PBSandbox -RemoveMember '{leaver}'");
        Assert.Empty(session.Errors);
        return leaver;
    }
}
