using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;
using PasswordBoss.EntraConnector.Module.Tests.Servers;
using PasswordBoss.EntraConnector.Sandbox;

namespace PasswordBoss.EntraConnector.Module.Tests;

/// <summary>Fifty customers in one call of the script that RMM agents and scheduled tasks start. Ten of them are broken, each in its own way.</summary>
[Trait("Speed", "Slow")]
[Collection("Fleet")]
public sealed class FleetTests : IDisposable
{
    private const int Good = 40;
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(3);

    // The names of the broken ones come first, so that they start before all others. The silent server ends its silence with a certificate that is not trusted, because
    // such a request is not retried.
    private static readonly string[] Errors =
    [
        "Bad closed: Failed GraphUnreachable", "Bad consent: Refused PermissionMissing", "Bad damaged: Failed ConnectionDamaged", "Bad empty: Refused UserGroupEmpty",
        "Bad failing: Failed GraphFailed", "Bad paused: Refused RemovalLimitExceeded", "Bad secret: Failed SecretWrong", "Bad silent: Failed GraphUntrusted",
        "Bad throttled: Failed GraphThrottled", "Bad untrusted: Failed AccountServerUntrusted",
    ];

    private readonly string folder = Directory.CreateTempSubdirectory("pbentra-tests-").FullName;

    private string Home => Path.Combine(folder, "state");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [SkippableFact]
    public async Task Ten_broken_customers_of_fifty_do_not_delay_the_others()
    {
        Skip.IfNot(ServerTrust.Available, "The platform's trust store cannot be changed for one process.");
        using var server = ServerProcess.StartSandbox("--people", "3", "--teams", "5", "--tenants", "yes");
        using var silent = new UntrustedServer();
        using var untrusted = new UntrustedServer();
        Connect(server, silent.Address, untrusted.Address);

        // In the second call, the script knows which connections failed.
        foreach (var log in new[] { "first.log", "second.log" })
        {
            silent.BeginSilence();
            using var process = Process.Start(Start([Repository.PathOf("examples", "Sync-AllTenants.ps1"), "-ThrottleLimit", "16", "-LogPath", Path.Combine(folder, log)], redirect: true))!;
            var lines = new List<string>();
            try
            {
                while (lines.Count(IsGood) < Good)
                    lines.Add(await process.StandardOutput.ReadLineAsync().WaitAsync(TimeLimit) ?? throw new InvalidOperationException(string.Join('\n', lines)));
                // The server that is silent still holds its connection up.
                Assert.DoesNotContain(lines, line => line.StartsWith("Bad silent: ", StringComparison.Ordinal));
                silent.EndSilence();
                lines.AddRange((await process.StandardOutput.ReadToEndAsync().WaitAsync(TimeLimit)).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
                await process.WaitForExitAsync().WaitAsync(TimeLimit);
            }
            finally
            {
                if (!process.HasExited)
                    process.Kill(entireProcessTree: true);
            }

            var runs = File.ReadAllLines(Path.Combine(folder, log)).Select(line => JsonDocument.Parse(line).RootElement).Where(line => Text(line, "type") == "run").ToList();
            var bad = runs.Select(run => $"{Text(run, "connection")}: {Text(run, "outcome")} {Text(run, "errorId")}").Where(run => !run.StartsWith("Good ", StringComparison.Ordinal));
            Assert.Equal(string.Join('\n', Errors), string.Join('\n', bad.Order(StringComparer.Ordinal)));
            Assert.Equal(Good + Errors.Length, runs.Count);
            Assert.Equal(1, process.ExitCode);
            Assert.StartsWith("PBSYNC exit=1 connections=50 ", lines[^1], StringComparison.Ordinal);
            Assert.EndsWith(" partial=0 refused=3 failed=7 running=0 waiting=0", lines[^1], StringComparison.Ordinal);
        }
    }

    private static bool IsGood(string line) =>
        line.StartsWith("Good ", StringComparison.Ordinal) && (line.Contains(": Succeeded. ", StringComparison.Ordinal) || line.Contains(": NoChange. ", StringComparison.Ordinal));

    private static string Text(JsonElement line, string name) => line.TryGetProperty(name, out var value) ? value.GetString()! : "";

    private void Connect(ServerProcess server, string silent, string untrusted)
    {
        var script = Path.Combine(folder, "connect.ps1");
        // The groups of some broken customers make the server fail, and one has no members. The first good customer creates the accounts, and the others find them.
        File.WriteAllText(script, $$"""
            $ErrorActionPreference = 'Stop'; $WarningPreference = 'SilentlyContinue'
            Import-Module '{{Repository.Manifest}}'
            $secret = [System.Net.NetworkCredential]::new('', '{{SandboxCredentials.ClientSecret}}').SecurePassword
            $token = [System.Net.NetworkCredential]::new('', '{{SandboxCredentials.PasswordBossToken}}').SecurePassword
            function Add([string] $Name, [string] $Group = '{{SandboxCredentials.UserGroupId}}', $Secret = $secret, $SignIn = '{{server["AuthorityHost"]}}', $Graph = '{{server["GraphEndpoint"]}}', $Accounts = '{{server["PasswordBossUri"]}}') {
                $null = Connect-PBEntra -Name $Name -TenantId ([guid]::NewGuid()) -ClientId '{{SandboxCredentials.ClientId}}' -ClientSecret $Secret -AuthorityHost $SignIn -GraphEndpoint $Graph `
                    -PasswordBossUri $Accounts -PasswordBossToken $token -UserGroup $Group -SkipVerification
            }
            1..{{Good}} | ForEach-Object { Add ('Good {0:d2}' -f $_) }
            Add 'Bad closed' -Graph https://localhost:1/v1.0
            Add 'Bad consent' -Group fa170403-0000-4000-8000-000000000000
            Add 'Bad damaged'
            Add 'Bad empty' -Group 00000001-0000-4000-8000-000000000002
            Add 'Bad failing' -Group fa170500-0000-4000-8000-000000000000
            Add 'Bad secret' -Secret $token
            Add 'Bad silent' -SignIn '{{silent}}'
            Add 'Bad throttled' -Group fa170429-0000-4000-8000-000000000000
            Add 'Bad untrusted' -Accounts '{{untrusted}}scim/v2'
            $null = Connect-PBEntra -Name 'Bad paused' -Sandbox
            $null = Invoke-PBSync -Name 'Good 01', 'Bad paused' -ErrorAction SilentlyContinue
            Edit-PBSandbox -Name 'Bad paused' -RemoveMember (Get-PBUser -Name 'Bad paused' -State Active | Select-Object -First 12).Email
            """);
        var (exitCode, output) = ChildProcess.Run(Start([script], redirect: false));
        Assert.True(exitCode == 0, output);
        ScriptTests.Damage(Home, "\"name\":\"Bad damaged\"", "\"name\":\"Bad_damaged\"");
    }

    private ProcessStartInfo Start(string[] arguments, bool redirect)
    {
        var start = PowerShellProcess.Start(Home, arguments);
        start.Environment["SSL_CERT_FILE"] = ServerTrust.AuthorityFile;
        start.RedirectStandardOutput = redirect;
        return start;
    }
}
