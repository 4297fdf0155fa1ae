<#
.SYNOPSIS
    Runs the examples of the documentation in one process, each in a store of its own.
.DESCRIPTION
    ExampleRun writes the examples and the settings to run.json in the folder and reads the output. Lines for the test begin with ##.
.PARAMETER Folder
    The folder with the module, the stand-in programs and the stores.
#>
param([string] $Folder)

[Console]::OutputEncoding = [System.Text.UTF8Encoding]::new($false)
[cultureinfo]::CurrentCulture = ''
$ErrorActionPreference = 'Stop'
$settings = Get-Content (Join-Path $Folder run.json) -Raw | ConvertFrom-Json
Import-Module $settings.Module

# The module refuses folders that other users can read.
function Copy-Folder([string] $From, [string] $To) {
    $null = if ($IsWindows) { [System.IO.Directory]::CreateDirectory($To) } else { [System.IO.Directory]::CreateDirectory($To, [System.IO.File]::GetUnixFileMode($From)) }
    foreach ($file in [System.IO.Directory]::GetFiles($From)) { [System.IO.File]::Copy($file, (Join-Path $To (Split-Path $file -Leaf))) }
    foreach ($inner in [System.IO.Directory]::GetDirectories($From)) { Copy-Folder $inner (Join-Path $To (Split-Path $inner -Leaf)) }
}

function Use-Store([string] $Name, [string] $CopyOf) {
    Set-Location $Folder
    if ($CopyOf -and -not (Test-Path (Join-Path $Folder $CopyOf))) { throw "There is no store '$CopyOf' yet." }
    if ($CopyOf) { Copy-Folder (Join-Path $Folder $CopyOf) (Join-Path $Folder $Name) } else { $null = New-Item (Join-Path $Folder $Name work) -ItemType Directory -Force }
    $env:PBENTRA_HOME = Join-Path $Folder $Name state
    Set-Location (Join-Path $Folder $Name work)
}

# The scheduler commands run programs of this folder, as if it were the first one of the system.
function Use-Programs([string] $Programs) {
    $clients = [AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { $_.GetName().Name -eq 'PasswordBoss.EntraConnector.Clients' }
    $field = $clients.GetType('PasswordBoss.EntraConnector.Clients.Scheduling.ExternalPrograms', $true).GetField('SystemFolders', [System.Reflection.BindingFlags]'NonPublic, Static')
    $folders = $field.GetValue($null)
    $folders[0] = $Programs
}

# What the pages leave to the reader.
function Read-Host([string] $Prompt, [switch] $AsSecureString) {
    $text = switch -Wildcard ($Prompt) {
        '*token*' { $settings.PasswordBossToken }
        '*secret*' { $settings.ClientSecret }
        'Address of *' { 'https://prod.example/hook' }
        default { 'https://tickets.example/hook' }
    }
    [System.Net.NetworkCredential]::new('', $text).SecurePassword
}
function Get-Secret([string] $Name) { Read-Host ($Name -replace 'Connector$', 'Secret') }
# A new secret is for an existing connection, and these are sandboxes.
function Get-Credential([string] $UserName = $settings.DocumentedClientId, [string] $Message) {
    [pscredential]::new(($Message -like '*new secret*' ? $settings.ClientId : $UserName), (Read-Host secret))
}
function Add-UserToGroup {
    $graph = 'https://graph.microsoft.com/v1.0'
    $arguments = @{ Authentication = 'Bearer'; Token = ConvertTo-SecureString $settings.AdminToken -AsPlainText -Force; ContentType = 'application/json' }
    $group = (Invoke-RestMethod "$graph/groups?`$filter=displayName eq 'Password Boss Users'" @arguments).value
    foreach ($number in 1..$settings.People) {
        $user = @{ '@odata.id' = "$graph/directoryObjects/{0:x8}-0000-4000-8000-000000000001" -f $number } | ConvertTo-Json
        $null = Invoke-RestMethod "$graph/groups/$($group.id)/members/`$ref" -Method Post -Body $user @arguments
    }
}

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
if ($IsLinux) { Use-Programs (Join-Path $Folder programs) }
Set-PBConnection -Name Box -Tag gold
Set-PBConnection -Name Contoso -Tag oneapp
Set-PBSyncGroup -Name Default -AddGroup 'Design Studio'

Use-Store Synced -CopyOf Connected
$null = Invoke-PBSync -Name Default, Contoso, Box -LogPath sync.log -WarningAction Ignore
'state', 'fleet' | ForEach-Object { $null = Backup-PBState -Path "../../Empty/work/$_.pbbackup" -Passphrase (Read-Host) }

Use-Store Paused -CopyOf Synced
foreach ($name in 'Default', 'Contoso') {
    Edit-PBSandbox -Name $name -RemoveMember (Get-PBUser -Name $name | Select-Object -First 12).Email
    $null = Invoke-PBSync -Name $name -WarningAction Ignore -ErrorAction Ignore
}

# The account of a user has an address of another user, and no link.
Use-Store Moved -CopyOf Connected
Edit-PBSandbox -Name Default -ChangeMail anders.vik@fjordlight.example -To zoe.mueller@fjordlight.example
$null = Invoke-PBSync -Name Default -WarningAction Ignore
$null = Get-PBLink -Name Default -Account zoe.mueller@fjordlight.example | Remove-PBLink -Confirm:$false

Use-Store Alerting -CopyOf Synced
$null = Register-PBAlert -Name * -Uri (Read-Host 'Address of the first receiver')
$null = Register-PBAlert -Tag gold -Uri (Read-Host)

Use-Store Scheduled -CopyOf Synced
# A task for all connections would belong to this folder, not to its copies.
if ($IsLinux) { $null = Register-PBSyncTask -Name Contoso, Box }

# systemd runs only for this store.
Use-Store Systemd -CopyOf Synced
$null = New-Item ../state.systemd -ItemType File

# The package that PowerShell finds in its repositories.
if ($settings.HasMachineFolders) {
    Set-Location $Folder
    $null = New-Item share, package/PasswordBoss.EntraConnector -ItemType Directory
    New-ModuleManifest package/PasswordBoss.EntraConnector/PasswordBoss.EntraConnector.psd1 -ModuleVersion 0.2.0 -Author Test -Description Test
    Register-PSResourceRepository -Name Local -Uri (Join-Path $Folder share)
    Unregister-PSResourceRepository -Name PSGallery
    Publish-PSResource -Path package/PasswordBoss.EntraConnector -Repository Local
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
function Invoke-Step([scriptblock] $Body) {
    . $Body 2>&1 3>&1 | ForEach-Object $show | Out-String -Stream -Width $example.Width | Write-Host
}
# Stops after the first result.
function Invoke-EndlessStep([scriptblock] $Body) {
    $first = . $Body 2>&1 3>&1 | ForEach-Object $show | Where-Object { $_.PSTypeNames -like '*.PBSyncResult' } | Select-Object -First 1
    if (-not $first) { Write-Host '##ERROR It ended without a result.' }
}
# An exit ends only its runspace.
function Invoke-LastStep([string] $Step) {
    $shell = [powershell]::Create()
    $null = $shell.AddScript("Set-Location '$pwd'; Import-Module '$($settings.Module)'; Import-Module '$($settings.Pester)'").AddStatement().AddScript($Step)
    $null = $shell.Invoke()
    $shell.Streams.Error | ForEach-Object $show
    $shell.Streams.Information | Write-Host
    $shell.Dispose()
    if (-not (Test-Path passwordboss.xml)) { Write-Host '##ERROR There is no result file.' }
}
$number = 0
foreach ($example in $settings.Scripts) {
    Write-Host "##EXAMPLE $number"
    if ($example.Runs) {
        Use-Store ($example.Name ?? "example$number") -CopyOf $example.Store
        if ($example.IsInModule) { Set-Location (Split-Path $settings.Module) }
        if ($example.CustomersFile) { Set-Content customers.csv $example.CustomersFile }
        if (Get-PBConnection -Name Default -ErrorAction Ignore) { $null = Connect-PBEntra -Name Default }
    }

    & {
        $secret = $new = Read-Host secret
        $token = Read-Host token
        $uri = Read-Host
        $log = 'sync.log'
        foreach ($step in $example.Steps) {
            Write-Host '##STEP'
            Test-Binding $step | ForEach-Object { Write-Host "##PROBLEM $_" }
            if (-not $example.Runs) { continue }
            try {
                if ($example.Exits) { Invoke-LastStep $step }
                elseif ($example.IsEndless) { . Invoke-EndlessStep ([scriptblock]::Create($step)) }
                else { . Invoke-Step ([scriptblock]::Create($step)) }
            }
            catch { $_ | ForEach-Object $show }
        }
    }

    $number++
}

Write-Host '##END'
