using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using PasswordBoss.EntraConnector.Module.Tests.Servers;
using PasswordBoss.EntraConnector.Sandbox;

namespace PasswordBoss.EntraConnector.Module.Tests;

/// <summary>The script that connects the customers of a CSV file, against sandboxes that are served over HTTPS.</summary>
[Trait("Speed", "Slow")]
[Collection("Onboarding")]
public sealed class OnboardTests(OnboardTests.Companies companies, OnboardTests.RefusedFiles refused)
    : IClassFixture<OnboardTests.Companies>, IClassFixture<OnboardTests.RefusedFiles>, IDisposable
{
    private const string Columns = "Name,TenantId,ClientId,ClientSecret,PasswordBossUri,PasswordBossToken,AuthorityHost,GraphEndpoint,UserGroup,AdditionalGroup,Tag";

    private static readonly string[] Texts =
    [
        "Name,TenantId,ClientId,PasswordBossUri\nA,B,C,D",
        Columns + "\nA,,,,,,,,,,\n a,,,,,,,,,,",
        Columns + "\nA,,,,,,,,,,\n ,b,,,,,,,,,",
        Columns + "\n",
        // In Latin-1.
        Columns + "\n\xC5lesund,,,,,,,,,,",
    ];

    private readonly string folder = Directory.CreateTempSubdirectory("pbentra-tests-").FullName;

    public static TheoryData<string, string> Unusable => new()
    {
        { Texts[0], "has no column PasswordBossToken, ClientSecret or CertificateThumbprint or CertificatePath." },
        { Texts[1], "Rows 1 and 2 of " },
        { Texts[2], "Row 2 of " },
        { Texts[3], "has no rows below its header." },
        { Texts[4], "is not UTF-8." },
    };

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [SkippableFact]
    public void Each_row_is_verified_connected_and_reported_and_a_second_run_continues()
    {
        Skip.IfNot(ServerTrust.Available, "The platform's trust store cannot be changed for one process.");
        // A file as Excel writes it: a byte order mark, semicolons, and quoted cells that contain semicolons.
        var first = Write("first.csv", new UTF8Encoding(true), ';', Row("Bodø", 0, "Design Studio; Finance", "gold; pilot"), Row("Bryne", 1, "", "gold"), Row("Tromsø", 2, "Design Studio", "", secret: "wrong"));
        // The row is corrected. The file has another format, and one column that the script does not use.
        var second = Write("second.csv", new UTF8Encoding(false), ',', Row("Bodø", 0, "Design Studio", "gold"), Row("Bryne", 1, "Design Studio", "gold"), Row("Tromsø", 2, "Design Studio", "silver"));

        var steps = Run($$"""
            function Onboard { & '{{Repository.PathOf("examples", "Onboard.ps1")}}' @args 6>$null | ForEach-Object { "$($_.Connection) $($_.Status) $($_.ErrorId)" } }
            function Stored { Get-PBConnection | ForEach-Object { "$($_.Connection): $($_.UserGroup): $($_.AdditionalGroups -join ', '): $($_.Tags -join ', ')" } }
            function Step([string] $name, [scriptblock] $step) { "STEP $name"; & $step }

            Step preview { Onboard '{{first}}' -WhatIf }
            Step 'stored by the preview' { Stored }
            Step 'the first file' { Onboard '{{first}}' }
            Step 'stored from the first file' { Stored }
            Step 'the second file' { Onboard '{{second}}' }
            Step update { Onboard '{{second}}' -Update }
            Step 'stored by the update' { Stored }
            # The script was stopped between the two steps of a row.
            Step 'stopped' { Set-PBConnection -Name Bodø, Bryne -Tag @() }
            Step 'after the stop' { Onboard '{{second}}' }
            Step 'tags after the stop' { Get-PBConnection -Tag gold | ForEach-Object Connection }
            # A new secret for all of them.
            Step 'rotation' {
                $failed = @()
                Get-PBConnection -Name * | Connect-PBEntra -ClientSecret ({{Secret("wrong")}}) -ErrorAction SilentlyContinue -ErrorVariable failed
                $failed | ForEach-Object FullyQualifiedErrorId
                Get-PBConnection -Tag gold | Connect-PBEntra -ClientSecret ({{Secret(SandboxCredentials.ClientSecret)}}) | ForEach-Object Connection
            }
            Step 'stored by the rotation' { Stored }
            """);

        string[] updated = ["Bodø: Password Boss Users: Design Studio: gold", "Bryne: Password Boss Users: Design Studio: gold", "Tromsø: Password Boss Users: Design Studio: silver"];
        Assert.Equal(
            [
                "STEP preview", "Bodø Verified ", "Bryne Verified ", "Tromsø Failed SecretWrong",
                "STEP stored by the preview",
                "STEP the first file", "Bodø Connected ", "Bryne Connected ", "Tromsø Failed SecretWrong",
                "STEP stored from the first file", "Bodø: Password Boss Users: Design Studio, Finance: gold, pilot", "Bryne: Password Boss Users: : gold",
                "STEP the second file", "Bodø Present ", "Bryne Present ", "Tromsø Connected ",
                "STEP update", "Bodø Updated ", "Bryne Updated ", "Tromsø Updated ",
                "STEP stored by the update", .. updated,
                "STEP stopped",
                "STEP after the stop", "Bodø Present ", "Bryne Present ", "Tromsø Present ",
                "STEP tags after the stop", "Bodø", "Bryne",
                "STEP rotation", .. Enumerable.Repeat("SecretWrong,PasswordBoss.EntraConnector.Commands.ConnectPBEntraCommand", 3), "Bodø", "Bryne",
                "STEP stored by the rotation", .. updated,
            ],
            steps);
    }

    [SkippableFact]
    public void One_script_onboards_backs_up_moves_restores_and_rotates()
    {
        Skip.IfNot(ServerTrust.Available, "The platform's trust store cannot be changed for one process.");
        var file = Write("customers.csv", new UTF8Encoding(true), ';', Row("Bodø", 0, "Design Studio", "gold"), Row("Bryne", 1, "", "gold"));

        var lines = Run($$"""
            function Sync { Invoke-PBSync -Name * -WarningAction SilentlyContinue -ErrorAction SilentlyContinue | Sort-Object Connection }
            function Links { Get-PBConnection | ForEach-Object { "$($_.Connection) $((Get-PBLink -Name $_.Connection).AccountId -join ' ')" } }

            $null = & '{{Repository.PathOf("examples", "Onboard.ps1")}}' '{{file}}' 6>$null
            Sync | ForEach-Object { "$($_.Connection) $($_.Mode) created $($_.Created)" }
            $links = Links
            $passphrase = {{Secret("correct horse battery staple")}}
            $null = Backup-PBState -Path '{{folder}}/fleet.pbbackup' -Passphrase $passphrase

            # Another machine: a new store with new keys.
            $env:PBENTRA_HOME = '{{folder}}/second'
            $null = Restore-PBState -Path '{{folder}}/fleet.pbbackup' -Passphrase $passphrase
            Sync | ForEach-Object { "$($_.Connection) $($_.Outcome) $($_.ErrorId)" }
            $null = Restore-PBState -Activate
            Sync | ForEach-Object { "$($_.Connection) $($_.Mode) wrote $($_.Created + $_.Adopted + $_.Updated + $_.Enabled + $_.Disabled + $_.Deleted + $_.GroupsChanged)" }
            "links kept: $(-not (Compare-Object $links (Links)))"

            # The secrets that travelled still work, and a new one replaces them.
            Get-PBConnection -Tag gold | Connect-PBEntra -ClientSecret ({{Secret(SandboxCredentials.ClientSecret)}}) | ForEach-Object { "$($_.Connection) rotated" }
            Sync | ForEach-Object { "$($_.Connection) $($_.Mode) failed $($_.Outcome -eq 'Failed')" }
            """);

        Assert.Equal(
            [
                "Bodø Full created 22", "Bryne Full created 22",
                "Bodø Refused StateNotActivated", "Bryne Refused StateNotActivated",
                "Bodø Full wrote 0", "Bryne Full wrote 0",
                "links kept: True",
                "Bodø rotated", "Bryne rotated",
                "Bodø Incremental failed False", "Bryne Incremental failed False",
            ],
            lines);
    }

    [Theory]
    [MemberData(nameof(Unusable))]
    public void A_file_that_cannot_be_used_is_refused_as_a_whole(string text, string message)
    {
        var (output, stored) = refused[text];

        Assert.StartsWith("THROWN ", output, StringComparison.Ordinal);
        Assert.Contains(message, output, StringComparison.Ordinal);
        Assert.False(stored);
    }

    private string[] Row(string name, int server, string groups, string tags, string secret = SandboxCredentials.ClientSecret) =>
    [
        name, SandboxCredentials.TenantId, SandboxCredentials.ClientId, secret, companies[server]["PasswordBossUri"], SandboxCredentials.PasswordBossToken,
        companies[server]["AuthorityHost"], companies[server]["GraphEndpoint"], "Password Boss Users", groups, tags,
    ];

    private string Write(string name, Encoding encoding, char separator, params string[][] rows)
    {
        var file = Path.Combine(folder, name);
        File.WriteAllLines(file, rows.Prepend(Columns.Split(',')).Select(cells => string.Join(separator, cells.Select(cell => cell.Contains(separator) ? $"\"{cell}\"" : cell))), encoding);
        return file;
    }

    // The script returns the lines as one JSON text, because the console uses another encoding.
    private List<string> Run(string script)
    {
        var path = Path.Combine(folder, "script.ps1");
        File.WriteAllText(path, $"""
            $ErrorActionPreference = 'Stop'
            Import-Module '{Repository.Manifest}'
            $lines = @(& {"{"}
            {script}
            {"}"})
            'LINES ' + (ConvertTo-Json -InputObject $lines -Compress -EscapeHandling EscapeNonAscii)
            """);
        var start = PowerShellProcess.Start(Path.Combine(folder, "state"), [path]);
        start.Environment["SSL_CERT_FILE"] = ServerTrust.AuthorityFile;
        var (exitCode, output) = ChildProcess.Run(start);
        Assert.True(exitCode == 0, output);
        return JsonSerializer.Deserialize<List<string>>(output.Split('\n').Single(line => line.StartsWith("LINES ", StringComparison.Ordinal))[6..])!;
    }

    private static string Secret(string text) => $"[System.Net.NetworkCredential]::new('', '{text}').SecurePassword";

    /// <summary>The companies of the customers. Only one test syncs them.</summary>
    public sealed class Companies : IDisposable
    {
        private readonly Lazy<ServerProcess>[] servers = [new(() => ServerProcess.StartSandbox()), new(() => ServerProcess.StartSandbox()), new(() => ServerProcess.StartSandbox())];

        internal ServerProcess this[int number] => servers[number].Value;

        public void Dispose()
        {
            foreach (var server in servers.Where(server => server.IsValueCreated))
                server.Value.Dispose();
        }
    }

    /// <summary>The script with files that it refuses, all of them in one process.</summary>
    public sealed class RefusedFiles : IDisposable
    {
        private readonly string folder = Directory.CreateTempSubdirectory("pbentra-tests-").FullName;
        private readonly Lazy<ScriptCases> cases;

        public RefusedFiles() => cases = new(Run);

        /// <summary>What the script reported about a file, and whether it stored anything.</summary>
        internal (string Output, bool Stored) this[string text] => (cases.Value[NameOf(text)].Output, Directory.Exists(HomeOf(text)));

        public void Dispose() => Directory.Delete(folder, recursive: true);

        private static string NameOf(string text) => "file " + Array.IndexOf(Texts, text);

        private string HomeOf(string text) => Path.Combine(folder, NameOf(text));

        private ScriptCases Run()
        {
            foreach (var text in Texts)
                File.WriteAllText(Path.Combine(folder, NameOf(text) + ".csv"), text, text.Contains('\xC5') ? Encoding.Latin1 : new UTF8Encoding(false));
            return ScriptCases.Run(folder, [.. Texts.Select(text => (NameOf(text), HomeOf(text), $"& '{Repository.PathOf("examples", "Onboard.ps1")}' '{folder}/{NameOf(text)}.csv'"))]);
        }
    }
}
