using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Threading.Tasks;

namespace PasswordBoss.EntraConnector.Module.Tests;

/// <summary>Watch-PBSync in the engine of PowerShell, and in a process of its own that the system ends.</summary>
[Trait("Speed", "Slow")]
public class WatchTests
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData("Watch-PBSync -Tag missing", "TagNotFound,")]
    [InlineData("Watch-PBSync -IntervalMinutes 0", "ParameterArgumentValidationError,")]
    public void Invalid_arguments_end_the_command(string script, string expected)
    {
        using var session = new Session();
        session.Run("Connect-PBEntra -Sandbox");

        Assert.StartsWith(expected, session.Fail(script).FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void It_ends_with_the_errors_if_none_of_the_names_is_stored()
    {
        using var session = new Session();
        session.Run("Connect-PBEntra -Sandbox");

        Assert.Empty(session.Run("Watch-PBSync -Name Missing, Absent"));

        Assert.Equal(["Missing", "Absent"], session.Errors.Select(error => error.TargetObject));
        Assert.All(session.Errors, error => Assert.StartsWith("ConnectionNotFound,", error.FullyQualifiedErrorId, StringComparison.Ordinal));
    }

    [Fact]
    public void An_error_follows_its_result()
    {
        using var session = new Session();
        session.Run("""
            $secret = [System.Net.NetworkCredential]::new('', 'not-a-real-secret').SecurePassword
            $null = Connect-PBEntra -Name B -TenantId ([guid]::NewGuid()) -ClientId ([guid]::NewGuid()) -EnvironmentVariable -AuthorityHost 'https://127.0.0.1:1/' `
                -GraphEndpoint 'https://127.0.0.1:1/v1.0' -PasswordBossUri 'https://127.0.0.1:1/scim' -PasswordBossToken $secret -UserGroup ([guid]::NewGuid()) -SkipVerification
            """);
        Assert.Empty(session.Errors);

        var output = session.Run("do { Watch-PBSync 2>&1 | ForEach-Object { $_; if ($_ -is [System.Management.Automation.ErrorRecord]) { break } } } while ($false)");

        Assert.Equal(SyncOutcome.Failed, Assert.IsType<PBSyncResult>(output[0].BaseObject).Outcome);
        Assert.StartsWith("CredentialUnavailable,", Assert.IsType<ErrorRecord>(output[1].BaseObject).FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_process_that_the_system_ends_reports_to_systemd_and_releases_everything()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "There is no systemd.");
        using var session = new Session();
        session.Run("Connect-PBEntra -Sandbox");
        var address = Path.Combine(session.Home, "notify");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(address));
        var log = Path.Combine(session.Home, "logs", "sync.log");
        // As the service runs it.
        var start = PowerShellProcess.Start(
            Path.Combine(session.Home, "state"), [Repository.PathOf("examples", "Sync-AllTenants.ps1"), "-Name", "*", "-Resident", "-IntervalMinutes", "1", "-LogPath", log]);
        start.Environment["NOTIFY_SOCKET"] = address;
        start.RedirectStandardOutput = true;
        using var process = Process.Start(start)!;
        try
        {
            Assert.Equal("READY=1\nWATCHDOG=1", await ReceiveAsync(socket));
            while (await process.StandardOutput.ReadLineAsync().WaitAsync(TimeLimit) is { } line && !line.StartsWith("Default: Partial. ", StringComparison.Ordinal))
                Assert.StartsWith("WARNING: ", line, StringComparison.Ordinal);

            Assert.Equal(0, ChildProcess.Run(new ProcessStartInfo("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)])).ExitCode);

            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
            // What systemd takes as success: the script ended first, or the signal did.
            Assert.Contains(process.ExitCode, new[] { 0, 143 });
            string notice;
            while ((notice = await ReceiveAsync(socket)) != "STOPPING=1")
                Assert.Equal("READY=1\nWATCHDOG=1", notice);
            var run = Assert.Single(session.Get<PBSyncResult>("Get-PBSyncHistory"));
            var lines = File.ReadAllLines(log).Select(line => JsonDocument.Parse(line).RootElement).ToLookup(line => line.GetProperty("type").GetString());
            Assert.Equal((run.RunId, run.Created), (Assert.Single(lines["run"]).GetProperty("runId").GetGuid(), lines["change"].Count(change => change.GetProperty("action").GetString() == "Create")));
            Assert.DoesNotContain("PBSYNC", await process.StandardOutput.ReadToEndAsync(), StringComparison.Ordinal);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    private static async Task<string> ReceiveAsync(Socket socket)
    {
        var buffer = new byte[100];
        return Encoding.UTF8.GetString(buffer, 0, await socket.ReceiveAsync(buffer).WaitAsync(TimeLimit));
    }
}
