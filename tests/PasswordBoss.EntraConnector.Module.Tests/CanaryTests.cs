using System;
using System.Collections;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Text;
using PasswordBoss.EntraConnector.Module.Tests.Servers;
using PasswordBoss.EntraConnector.Sandbox;

namespace PasswordBoss.EntraConnector.Module.Tests;

/// <summary>Secrets that are passed to the commands appear in no stream, error, object or file.</summary>
[Trait("Speed", "Slow")]
[Collection(Alone.Name)]
public sealed class CanaryTests : IDisposable
{
    private const string WrongSecret = "canary+wrong/secret=Zoë&$;'7f3a";
    private const string CertificatePassword = "canary-password-8c1d é";
    private const string TransientToken = "canary-token-rejected-9e2b";
    private const string AccessToken = "canary-access-token-5d6e";
    private const string VariableSecret = "canary-variable-secret-3a4b";
    private const string Webhook = "canary-webhook-7b8c";

    /// <summary>The texts that must not appear. The secrets of the test servers are among them.</summary>
    private static readonly string[] Canaries =
        [WrongSecret, CertificatePassword, TransientToken, AccessToken, VariableSecret, Webhook, SandboxCredentials.ClientSecret, SandboxCredentials.PasswordBossToken];

    // The whole life of a connection, including errors. Each line is one command.
    private static readonly string[] Life =
    [
        "Connect-PBEntra -Name C @entra -ClientId $client -ClientSecret $wrong @boss",
        "Connect-PBEntra -Name C @entra -ClientSecretCredential ([pscredential]::new($client, $wrong)) @boss",
        "Connect-PBEntra -Name C @entra -ClientId $client -ClientSecret $secret -PasswordBossUri $uri -PasswordBossToken $badToken",
        "Connect-PBEntra -Name C @entra -ClientId $client -ClientSecret $secret -PasswordBossUri $uriWithPassword -PasswordBossToken $badToken",
        "Connect-PBEntra -Name C @entra -ClientId $client -CertificatePath $pfx -CertificatePassword $wrong @boss",
        "Connect-PBEntra -Name C @entra -ClientId $client -CertificatePath $pfx -CertificatePassword $password @boss",
        "New-PBEntraApplication -TenantId $entra.TenantId -AccessToken $access -AuthorityHost $entra.AuthorityHost -GraphEndpoint $entra.GraphEndpoint",
        "Connect-PBEntra -Name E -EnvironmentVariable @entra @boss",
        "Connect-PBEntra -Name C @entra -ClientId $client -ClientSecret $secret @boss -UserGroup 'Password Boss Users' -AdditionalGroup 'Design Studio'",
        "Register-PBAlert -Name * -Uri $hook",
        "Register-PBAlert -Name C -Uri $hookWithPassword",
        "Test-PBAlert",
        "Test-PBConnection",
        "Get-PBSyncGroup -Available",
        "Invoke-PBSync -WhatIf",
        "Invoke-PBSync",
        "Get-PBConnectorStatus",
        "Get-PBSyncHistory",
        "Get-PBUser",
        "Connect-PBEntra -Name C -ClientSecret $wrong -SkipVerification",
        "Invoke-PBSync",
        "Test-PBConnection",
        "Connect-PBEntra -Name C -PasswordBossToken $badToken -SkipVerification -ClientSecret $secret",
        "Invoke-PBSync",
        "Get-PBUser",
        "Get-PBAlert",
        "Connect-PBEntra -Name P @entra -ClientId $client -CertificatePath $pfx -CertificatePassword $password -PasswordBossUri https://localhost:1/ -PasswordBossToken $badToken -SkipVerification",
        "Get-PBSyncHistory -Name * | Select-Object -ExpandProperty Changes",
    ];

    private static readonly string[] RuntimePipes = ["CoreFxPipe", "dotnet-diagnostic", "clr-debug-pipe"];

    private readonly Session session = new();
    private readonly List<ServerProcess> servers = [];
    private readonly Dictionary<string, string?> variables = [];

    public void Dispose()
    {
        foreach (var (name, value) in variables)
            Environment.SetEnvironmentVariable(name, value);
        session.Dispose();
        foreach (var server in servers)
            server.Dispose();
    }

    [SkippableFact]
    public void No_stream_no_object_and_no_file_contains_a_secret()
    {
        Skip.IfNot(ServerTrust.Available, "The platform's trust store cannot be changed for one process.");
        // Files in the folder for temporary files are searched, too.
        Set("TMPDIR", Directory.CreateDirectory(Path.Combine(session.Home, "temporary")).FullName);
        Set("AZURE_CLIENT_SECRET", VariableSecret);
        session.Run(Prepare());

        var reported = new StringBuilder();
        var errors = 0;
        foreach (var command in Life.Where(line => !line.Contains("Select-Object", StringComparison.Ordinal)))
            errors += Report(command, reported);
        reported.AppendJoin('\n', session.Host.Lines);

        Assert.True(errors >= 8, "too little went wrong to find anything: " + errors);
        Assert.DoesNotContain(Canaries, canary => Holds(Encoding.UTF8.GetBytes(reported.ToString()), canary));
        var files = Files();
        Assert.Contains(files, file => file.EndsWith("state.db", StringComparison.Ordinal));
        Assert.DoesNotContain(files, file => Holds(ReadShared(file), Canaries));
        // The same search finds reported texts, and texts that are stored unencrypted.
        Assert.True(Holds(Encoding.UTF8.GetBytes(reported.ToString()), SandboxCredentials.TenantId));
        Assert.Contains(files, file => Holds(ReadShared(file), SandboxCredentials.TenantId));
    }

    [SkippableTheory]
    [InlineData("pwsh")]
    [InlineData("pwsh-lts")] // PowerShell 7.4 with .NET 8, where one has it under this name.
    public void No_transcript_no_list_and_no_JSON_of_a_shell_contains_a_secret(string shell)
    {
        Skip.IfNot(ServerTrust.Available, "The platform's trust store cannot be changed for one process.");
        Skip.If(PowerShellProcess.Command(shell) is null, $"There is no {shell} on this machine.");
        var script = Path.Combine(session.Home, "life.ps1");
        var commands = string.Join("\n", Life.Select(command => $"Show {{ {command} }}"));
        File.WriteAllText(script, $$"""
            $VerbosePreference = $DebugPreference = $InformationPreference = 'Continue'
            Import-Module '{{Repository.Manifest}}'
            {{Prepare()}}
            function Show([scriptblock] $command) {
                $Error.Clear()
                try { $output = . $command *>&1 } catch { $output = $_ }
                $output | Format-List * -Force | Out-String -Width 4096
                $output | Format-Table | Out-String -Width 4096
                $output | Where-Object { $_ -isnot [System.Management.Automation.ErrorRecord] } | ConvertTo-Json -Depth 5 -WarningAction SilentlyContinue
                $Error | ForEach-Object { $_ | Format-List * -Force | Out-String -Width 4096; $_.Exception.ToString(); Get-Error -InputObject $_ | Out-String -Width 4096 }
            }
            $null = Start-Transcript -Path '{{session.Home}}/transcript.txt' -IncludeInvocationHeader
            {{commands}}
            $null = Stop-Transcript
            'reached the end'
            """);
        var start = PowerShellProcess.Start(PowerShellProcess.Command(shell)!, "-File", script);
        start.Environment["SSL_CERT_FILE"] = ServerTrust.AuthorityFile;
        start.Environment["AZURE_CLIENT_SECRET"] = VariableSecret;
        start.Environment["TMPDIR"] = Directory.CreateDirectory(Path.Combine(session.Home, "temporary")).FullName;
        start.Environment["PBENTRA_HOME"] = Path.Combine(session.Home, "other-state");

        var (exitCode, output) = ChildProcess.Run(start);

        Assert.True(exitCode == 0 && output.Contains("reached the end", StringComparison.Ordinal), output);
        Assert.Contains("SecretWrong", output, StringComparison.Ordinal);
        Assert.DoesNotContain(Canaries, canary => Holds(Encoding.UTF8.GetBytes(output), canary));
        var files = Files().Where(file => file != script).ToList();
        Assert.Contains(files, file => file.EndsWith("transcript.txt", StringComparison.Ordinal) && new FileInfo(file).Length > 1000);
        Assert.DoesNotContain(files, file => Holds(ReadShared(file), Canaries));
    }

    /// <summary>Whether the bytes contain one of the texts in any encoding.</summary>
    internal static bool Holds(byte[] bytes, params string[] texts) => texts.Any(text =>
        new[]
        {
            Encoding.UTF8.GetBytes(text), Encoding.Unicode.GetBytes(text), Encoding.UTF8.GetBytes(Uri.EscapeDataString(text)),
            Encoding.UTF8.GetBytes(System.Text.Json.JsonSerializer.Serialize(text).Trim('"')), Encoding.UTF8.GetBytes(Convert.ToBase64String(Encoding.UTF8.GetBytes(text)).TrimEnd('=')[..^1]),
        }.Any(spelling => bytes.AsSpan().IndexOf(spelling) >= 0));

    private string Prepare()
    {
        var company = ServerProcess.StartSandbox();
        servers.Add(company);
        var pfx = Path.Combine(session.Home, "connector.pfx");
        using (var key = System.Security.Cryptography.RSA.Create(2048))
        {
            using var certificate = new System.Security.Cryptography.X509Certificates.CertificateRequest("CN=C", key, System.Security.Cryptography.HashAlgorithmName.SHA256, System.Security.Cryptography.RSASignaturePadding.Pkcs1)
                .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(20));
            File.WriteAllBytes(pfx, certificate.Export(System.Security.Cryptography.X509Certificates.X509ContentType.Pkcs12, CertificatePassword));
        }

        return $$"""
            $client = '{{SandboxCredentials.ClientId}}'
            $uri = '{{company["PasswordBossUri"]}}'
            # What an error shows of its command line is what was typed, so that nothing may be typed there.
            $uriWithPassword = [uri]'https://user:{{AccessToken}}@localhost/'
            $pfx = '{{pfx}}'
            $secret = {{Secure(SandboxCredentials.ClientSecret)}}
            $token = {{Secure(SandboxCredentials.PasswordBossToken)}}
            $wrong = {{Secure(WrongSecret)}}
            $badToken = {{Secure(TransientToken)}}
            $password = {{Secure(CertificatePassword)}}
            $access = {{Secure(AccessToken)}}
            $hook = {{Secure("https://localhost:1/" + Webhook)}}
            $hookWithPassword = {{Secure("https://user:" + Webhook + "@localhost:1/")}}
            $entra = @{ TenantId = '{{SandboxCredentials.TenantId}}'; AuthorityHost = '{{company["AuthorityHost"]}}'; GraphEndpoint = '{{company["GraphEndpoint"]}}' }
            $boss = @{ PasswordBossUri = $uri; PasswordBossToken = $token }
            """;
    }

    private static string Secure(string text) => $"[System.Net.NetworkCredential]::new('', '{text.Replace("'", "''", StringComparison.Ordinal)}').SecurePassword";

    private int Report(string command, StringBuilder reported)
    {
        using var shell = PowerShell.Create(session.Runspace);
        shell.AddScript("$VerbosePreference = $DebugPreference = $InformationPreference = 'Continue'; " + command);
        var failed = 0;
        try
        {
            foreach (var item in shell.Invoke())
                Describe(item, reported, 4);
        }
        catch (RuntimeException e)
        {
            failed++;
            Describe(e.ErrorRecord, reported);
        }

        foreach (var error in shell.Streams.Error)
        {
            failed++;
            Describe(error, reported);
        }

        foreach (var record in new IEnumerable[] { shell.Streams.Warning, shell.Streams.Verbose, shell.Streams.Debug, shell.Streams.Information, shell.Streams.Progress }.SelectMany(stream => stream.Cast<object>()))
            reported.AppendLine(record.ToString());
        return failed;
    }

    private static void Describe(ErrorRecord error, StringBuilder reported)
    {
        reported.AppendLine(error.ToString()).AppendLine(error.Exception.ToString()).AppendLine(error.ErrorDetails?.Message).AppendLine(error.ErrorDetails?.RecommendedAction)
            .AppendLine(error.TargetObject?.ToString()).AppendLine(error.InvocationInfo?.PositionMessage is null ? "" : "position");
        for (var inner = error.Exception; inner is not null; inner = inner.InnerException)
            Describe(PSObject.AsPSObject(inner), reported, 2);
    }

    // The properties that Format-List * and ConvertTo-Json show, including nested ones.
    private static void Describe(PSObject? item, StringBuilder reported, int depth)
    {
        if (item is null || depth == 0)
            return;
        reported.AppendLine(item.ToString());
        if (item.BaseObject is string or ValueType or Delegate or Type or System.Reflection.MemberInfo)
            return;
        foreach (var property in item.Properties)
        {
            try
            {
                foreach (var value in property.Value is IEnumerable many and not string ? many.Cast<object?>() : [property.Value])
                    Describe(value is null ? null : PSObject.AsPSObject(value), reported, depth - 1);
            }
            catch (GetValueException)
            {
                // A property that cannot be read shows nothing.
            }
        }
    }

    // The databases with their logs, keys, locks, transcripts, temporary files; not the certificate that the test wrote, and not the pipes and sockets of the runtime.
    private List<string> Files() => Directory.EnumerateFiles(session.Home, "*", SearchOption.AllDirectories)
        .Where(file => !file.EndsWith(".pfx", StringComparison.Ordinal) && !RuntimePipes.Any(Path.GetFileName(file).StartsWith)).ToList();

    private void Set(string name, string? value)
    {
        variables.TryAdd(name, Environment.GetEnvironmentVariable(name));
        Environment.SetEnvironmentVariable(name, value);
    }

    private static byte[] ReadShared(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
