using System;
using System.Linq;
using System.Management.Automation;
using System.Text.Json;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Module.Tests.Servers;

namespace PasswordBoss.EntraConnector.Module.Tests;

/// <summary>The commands for alerts, and the requests to a receiver after a sync.</summary>
[Trait("Speed", "Slow")]
public sealed class AlertTests : IDisposable
{
    private const string Canary = "canary-hook-1f2e3d";

    // A connection whose runs fail at once, because its credential is in environment variables that are not set.
    private const string Broken = """
        $secret = [System.Net.NetworkCredential]::new('', 'not-a-real-secret').SecurePassword
        function Add-Broken($Name) {
            Connect-PBEntra -Name $Name -TenantId ([guid]::NewGuid()) -ClientId ([guid]::NewGuid()) -EnvironmentVariable -AuthorityHost https://127.0.0.1:1/ `
                -GraphEndpoint https://127.0.0.1:1/v1.0 -PasswordBossUri https://127.0.0.1:1/scim -PasswordBossToken $secret -UserGroup ([guid]::NewGuid()) -SkipVerification
        }
        Add-Broken Broken
        """;

    private readonly Session session = new();
    private readonly WebhookServer? server = ServerTrust.Available ? new WebhookServer() : null;

    public void Dispose()
    {
        server?.Dispose();
        session.Dispose();
    }

    [SkippableFact]
    public void A_failure_is_reported_once_after_the_results_and_sent_again_until_the_receiver_accepts_it()
    {
        var hook = Serve();
        hook.Answer = () => Task.FromResult("302 Found\r\nLocation: " + hook.Address);
        session.Run(Broken + "\nConnect-PBEntra -Name Box -Sandbox");
        session.Run($"Register-PBAlert -Name * -Uri '{hook.Address}{Canary}?sig={Canary}'");
        Assert.Empty(session.Errors);

        // A run with -WhatIf stores and sends no event.
        session.Run("Invoke-PBSync -Name * -WhatIf -ErrorAction SilentlyContinue");
        Assert.Empty(hook.Requests);

        var results = session.Run("Invoke-PBSync -Name *");
        Assert.Equal(["Box", "Broken"], results.Select(r => ((PBSyncResult)r.BaseObject).Connection).Order());
        Assert.Single(session.Errors);
        Assert.Contains(session.Warnings, w => w == "localhost: Alerts were not delivered, and are sent again with the next sync: The receiver answered with a redirect (HTTP status 302), which is not followed.");
        Assert.Single(hook.Requests);
        var waiting = Assert.Single(session.Get<PBAlert>("Get-PBAlert"));
        Assert.Equal((1, 0, "localhost", "*"), (waiting.Pending, waiting.Dropped, waiting.Host, waiting.Connection));
        Assert.Contains("redirect", waiting.Message, StringComparison.Ordinal);

        hook.Answer = () => Task.FromResult("202 Accepted");
        session.Run("Invoke-PBSync -Name Box; Invoke-PBSync -Name * -ErrorAction SilentlyContinue");

        Assert.DoesNotContain(session.Warnings, w => w.Contains("lerts", StringComparison.Ordinal));
        Assert.Equal(2, hook.Events.Count);
        Assert.All(hook.Events, e => Assert.Equal(
            ("1.0", "PasswordBoss.EntraConnector.Failing", "Broken", "CredentialUnavailable"),
            (Text(e, "specversion"), Text(e, "type"), Text(e, "subject"), Text(e.GetProperty("data"), "errorId"))));
        Assert.Equal(hook.Requests[0].Body, hook.Requests[1].Body);
        var delivered = Assert.Single(session.Get<PBAlert>("Get-PBAlert -Name Broken"));
        Assert.Equal((0, ""), (delivered.Pending, delivered.Message));
        Assert.NotNull(delivered.LastDelivered);
        Assert.All(session.Run("Get-PBAlert | ConvertTo-Json; Get-PBAlert | Format-List * | Out-String"), text => Assert.DoesNotContain(Canary, text.ToString(), StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task A_receiver_that_hangs_delays_no_result_and_holds_no_lock()
    {
        var hook = Serve();
        var answer = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        hook.Answer = () => answer.Task;
        session.Run(Broken + $"\nRegister-PBAlert -Name Broken -Uri '{hook.Address}'");
        using var shell = PowerShell.Create(session.Runspace);
        var output = new PSDataCollection<PSObject>();
        var emitted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        output.DataAdded += (_, _) => emitted.TrySetResult();

        var run = shell.AddScript("Invoke-PBSync -Name Broken -ErrorAction SilentlyContinue").BeginInvoke<PSObject, PSObject>(null, output);
        await emitted.Task.WaitAsync(TimeSpan.FromMinutes(1));
        Assert.False(run.IsCompleted);
        // Another session syncs in the meantime. It does not send the event a second time.
        using (var runspace = Session.OpenRunspace(new CapturingHost()))
        using (var other = PowerShell.Create(runspace))
        {
            var second = Assert.Single(other.AddScript($"Import-Module '{Repository.Manifest}'; Invoke-PBSync -Name Broken -ErrorAction SilentlyContinue").Invoke());
            Assert.Equal("CredentialUnavailable", ((PBSyncResult)second.BaseObject).ErrorId);
        }

        answer.SetResult("200 OK");
        await Task.Factory.FromAsync(run, shell.EndInvoke).WaitAsync(TimeSpan.FromMinutes(1));

        Assert.Single(hook.Requests);
        Assert.Equal(0, Assert.Single(session.Get<PBAlert>("Get-PBAlert")).Pending);
    }

    [SkippableFact]
    public void Each_receiver_is_tested_in_its_form()
    {
        var hook = Serve();
        session.Run("Connect-PBEntra -Name Box -Sandbox; Set-PBConnection -Name Box -Tag gold");
        session.Run($$"""
            Register-PBAlert -Name Box -Uri '{{hook.Address}}one'
            Register-PBAlert -Tag gold -Uri ([uri]'{{hook.Address}}two') -Format Teams -Event Paused, Recovered -NoSuccessMinutes 5 -ExpiryDays 7
            Register-PBAlert -Name * -Uri ([System.Net.NetworkCredential]::new('', '{{hook.Address}}three').SecurePassword) -Format Slack
            """);
        Assert.Empty(session.Errors);

        var checks = session.Get<PBAlertCheck>("Test-PBAlert");

        Assert.Equal([AlertFormat.CloudEvents, AlertFormat.Teams, AlertFormat.Slack], checks.Select(c => c.Format));
        Assert.All(checks, c => Assert.Equal((CheckStatus.Passed, 204, "localhost"), (c.Status, c.HttpStatus, c.Host)));
        // The receivers are tested at the same time.
        Assert.Equal(3, hook.Events.Count);
        Assert.Equal(["PasswordBoss.EntraConnector.Test", "message"], hook.Events.Where(e => e.TryGetProperty("type", out _)).Select(e => Text(e, "type")).Order(StringComparer.Ordinal));
        Assert.StartsWith("This is a test of the alerts for all connections.", Text(hook.Events.Single(e => e.TryGetProperty("text", out _)), "text"), StringComparison.Ordinal);
        hook.Answer = () => Task.FromResult("410 Gone");
        var failed = Assert.Single(session.Get<PBAlertCheck>("Get-PBAlert | Where-Object Tag -EQ gold | Test-PBAlert"));
        Assert.Equal((CheckStatus.Failed, 410), (failed.Status, failed.HttpStatus));
        session.Run("Connect-PBEntra -Name Other -Sandbox");
        Assert.Equal([AlertFormat.CloudEvents, AlertFormat.Teams, AlertFormat.Slack], session.Get<PBAlertCheck>("Test-PBAlert -Tag gold").Select(c => c.Format));
        Assert.Equal(AlertFormat.Slack, Assert.Single(session.Get<PBAlertCheck>("Test-PBAlert -Name O*")).Format);
        var alert = session.Get<PBAlert>("Get-PBAlert -Tag gold").Single(a => a.Tag == "gold");
        Assert.Equal(("*", 5, 7, 0), (alert.Connection, alert.NoSuccessMinutes, alert.ExpiryDays, alert.Pending));
        Assert.Equal([AlertEvent.Paused, AlertEvent.Recovered], alert.Event);
        Assert.StartsWith("AlertNotFound,", Assert.Single(Fails("Test-PBAlert -Id 00000000-0000-0000-0000-000000000001")), StringComparison.Ordinal);
    }

    [Fact]
    public void An_alert_is_removed_by_its_ID_or_by_its_exact_scope()
    {
        session.Run("Connect-PBEntra -Name A -Sandbox; Connect-PBEntra -Name B -Sandbox; Set-PBConnection -Name A -Tag gold");
        session.Run("Register-PBAlert -Name * -Uri https://x.example/; Register-PBAlert -Name A, B -Uri https://x.example/; Register-PBAlert -Tag gold -Uri https://x.example/");
        Assert.Equal(["* ", "A ", "B ", "* gold"], Scopes());
        // Registering an alert again does not create another one. A pattern selects the present connections.
        session.Run("Get-PBConnection | Register-PBAlert -Uri https://x.example/; Register-PBAlert -Name [AB] -Uri https://x.example/ -Format Slack");
        Assert.Equal(["* ", "A ", "B ", "* gold"], Scopes());

        session.Run("Unregister-PBAlert -Name A -WhatIf");
        Assert.Equal(4, Scopes().Length);
        session.Run("Unregister-PBAlert -Name A");
        Assert.Equal(["* ", "B ", "* gold"], Scopes());
        session.Run("Unregister-PBAlert -Tag gold");
        Assert.Equal(["* ", "B "], Scopes());
        session.Run("Get-PBAlert | Where-Object Connection -EQ B | Unregister-PBAlert");
        Assert.Equal(["* "], Scopes());
        Assert.StartsWith("AlertNotFound,", Assert.Single(Fails("Unregister-PBAlert -Name B")), StringComparison.Ordinal);
        session.Run("Unregister-PBAlert -Name *");
        Assert.Empty(Scopes());
        session.Run("Register-PBAlert -Name A -Uri https://x.example/; Disconnect-PBEntra -Name A -Remove -Confirm:$false");
        Assert.Empty(Scopes());

        string[] Scopes() => session.Get<string>("Get-PBAlert | ForEach-Object { \"$($_.Connection) $($_.Tag)\" }").ToArray();
    }

    [Theory]
    [InlineData("-Name * -Uri 'http://localhost/" + Canary + "'", "WebhookInvalid")]
    [InlineData("-Name * -Uri '" + Canary + "'", "WebhookInvalid")]
    [InlineData("-Name * -Uri 'https://user:" + Canary + "@x.example/'", "WebhookInvalid")]
    [InlineData("-Tag sliver -Uri 'https://x.example/" + Canary + "'", "TagNotFound")]
    public void Unusable_arguments_are_refused_and_no_error_repeats_the_address(string arguments, string expected)
    {
        session.Run("Connect-PBEntra -Name Box -Sandbox");

        RefuseWithoutAddress(session.Fail("Register-PBAlert " + arguments), expected);
    }

    [Fact]
    public void A_name_that_is_not_stored_is_reported_without_the_address()
    {
        session.Run("Connect-PBEntra -Name Box -Sandbox; Set-PBConnection -Name Box -Tag gold");

        RefuseWithoutAddress(session.Report($"Register-PBAlert -Name Missing -Uri 'https://x.example/{Canary}'"), "ConnectionNotFound");
        RefuseWithoutAddress(session.Report($"Register-PBAlert -Name Missing -Tag gold -Uri 'https://x.example/{Canary}'"), "ConnectionNotFound");
    }

    private void RefuseWithoutAddress(ErrorRecord error, string expected)
    {
        Assert.StartsWith(expected + ",", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.DoesNotContain(Canary, error + error.Exception.ToString() + error.ErrorDetails + error.TargetObject + error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Empty(session.Get<PBAlert>("Get-PBAlert"));
    }

    private WebhookServer Serve()
    {
        Skip.If(server is null, "The platform's trust store cannot be changed for one process.");
        return server;
    }

    private string[] Fails(string script)
    {
        session.Run(script);
        return session.Errors.Select(e => e.FullyQualifiedErrorId).ToArray();
    }

    private static string Text(JsonElement element, string property) => element.GetProperty(property).GetString()!;
}
