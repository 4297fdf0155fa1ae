<#
.SYNOPSIS
    Runs the examples of the documentation in one process, each in a store of its own with sandboxes.
.DESCRIPTION
    ExampleTests writes the examples to examples.json in the folder and reads the output. Lines for the test begin with ##.
.PARAMETER Manifest
    The module.
.PARAMETER Folder
    The folder for the stores.
.PARAMETER SandboxClient
    The client id of the sandbox.
.PARAMETER SandboxSecret
    The client secret of the sandbox, which is no secret.
.PARAMETER SandboxToken
    The token of the sandbox, which is no secret.
#>
param([string] $Manifest, [string] $Folder, [string] $SandboxClient, [string] $SandboxSecret, [string] $SandboxToken)

[Console]::OutputEncoding = [System.Text.UTF8Encoding]::new($false)
[cultureinfo]::CurrentCulture = ''
$ErrorActionPreference = 'Stop'
Import-Module $Manifest

# The module refuses folders that other users can read.
function Copy-Folder([string] $From, [string] $To) {
    $null = if ($IsWindows) { [System.IO.Directory]::CreateDirectory($To) } else { [System.IO.Directory]::CreateDirectory($To, [System.IO.File]::GetUnixFileMode($From)) }
    foreach ($file in [System.IO.Directory]::GetFiles($From)) { [System.IO.File]::Copy($file, (Join-Path $To (Split-Path $file -Leaf))) }
    foreach ($inner in [System.IO.Directory]::GetDirectories($From)) { Copy-Folder $inner (Join-Path $To (Split-Path $inner -Leaf)) }
}

function Use-Store([string] $Name, [string] $CopyOf) {
    Set-Location $Folder
    if ($CopyOf) { Copy-Folder (Join-Path $Folder $CopyOf) (Join-Path $Folder $Name) } else { $null = New-Item (Join-Path $Folder $Name work) -ItemType Directory -Force }
    $env:PBENTRA_HOME = Join-Path $Folder $Name state
    Set-Location (Join-Path $Folder $Name work)
}

# What the pages leave to the reader.
function Read-Host([string] $Prompt, [switch] $AsSecureString) {
    $text = switch -Wildcard ($Prompt) { '*token*' { $SandboxToken } '*secret*' { $SandboxSecret } default { 'https://tickets.example/hook' } }
    [System.Net.NetworkCredential]::new('', $text).SecurePassword
}
function Get-Secret([string] $Name) { Read-Host $Name }
function Get-Credential([string] $UserName, [string] $Message) { [pscredential]::new($SandboxClient, (Read-Host secret)) }

function Test-Binding([string] $Code) {
    $errors = $null
    $script = [System.Management.Automation.Language.Parser]::ParseInput($Code, [ref] $null, [ref] $errors)
    $errors | ForEach-Object Message
    foreach ($call in $script.FindAll({ $args[0] -is [System.Management.Automation.Language.CommandAst] }, $true)) {
        $name = $call.GetCommandName()
        if ($name -notlike '*-PB*') { continue }
        if ((Get-Command $name -ErrorAction Ignore).Source -ne 'PasswordBoss.EntraConnector') { "There is no command $name."; continue }
        [System.Management.Automation.Language.StaticParameterBinder]::BindCommand($call).BindingExceptions.Values | ForEach-Object { $_.BindingException.Message }
    }
}

# The names that the pages use. The last one is current.
Use-Store Empty
Use-Store Connected
'Box', 'Contoso', 'Rehearsal', 'Default' | ForEach-Object { $null = Connect-PBEntra -Name $_ -Sandbox }
Set-PBConnection -Name Box -Tag gold
Set-PBConnection -Name Contoso -Tag oneapp
Set-PBSyncGroup -Name Default -AddGroup 'Design Studio'

Use-Store Synced -CopyOf Connected
$null = Invoke-PBSync -Name Default, Contoso, Box -LogPath sync.log -WarningAction Ignore
$null = Backup-PBState -Path ../../Empty/work/state.pbbackup -Passphrase (Read-Host)

Use-Store Paused -CopyOf Synced
foreach ($name in 'Default', 'Contoso') {
    Edit-PBSandbox -Name $name -RemoveMember (Get-PBUser -Name $name | Select-Object -First 12).Email
    $null = Invoke-PBSync -Name $name -WarningAction Ignore -ErrorAction Ignore
}

$ErrorActionPreference = 'Continue'
$ConfirmPreference = 'None'
$show = {
    if ($_ -is [System.Management.Automation.ErrorRecord]) {
        Write-Host "##ERROR $($_.FullyQualifiedErrorId)"
        Write-Host "$($_.InvocationInfo.MyCommand.Name): $_"
    }
    elseif ($_ -is [System.Management.Automation.WarningRecord]) { Write-Host "WARNING: $_" }
    else { $_ }
}
$number = 0
foreach ($example in Get-Content (Join-Path $Folder examples.json) -Raw | ConvertFrom-Json) {
    Write-Host "##EXAMPLE $number"
    if ($example.Runs) {
        Use-Store "example$number" -CopyOf $example.Store
        if (Get-PBConnection) { $null = Connect-PBEntra -Name Default }
    }

    & {
        $secret = $new = Read-Host secret
        $token = Read-Host token
        $uri = Read-Host
        $log = 'sync.log'
        foreach ($step in $example.Steps) {
            Write-Host '##STEP'
            Test-Binding $step | ForEach-Object { Write-Host "##PROBLEM $_" }
            if ($example.Runs) {
                try { . ([scriptblock]::Create($step)) 2>&1 3>&1 | ForEach-Object $show | Out-String -Stream -Width $example.Width | Write-Host } catch { $_ | ForEach-Object $show }
            }
        }
    }

    $number++
}

Write-Host '##END'
