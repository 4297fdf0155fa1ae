<#
.SYNOPSIS
    Connects many customers from a CSV file, and emits one result for each row.
.DESCRIPTION
    The file has a header. Commas separate its columns, or semicolons, which Excel uses in many countries. The file is UTF-8, or UTF-16 with a byte order mark.

    Required columns: Name, TenantId, ClientId, PasswordBossUri, PasswordBossToken, and one of ClientSecret, CertificateThumbprint and CertificatePath.
    Optional columns: CertificatePassword, SecretExpires, Environment, AuthorityHost, GraphEndpoint, UserGroup, AdditionalGroup, Tag. AdditionalGroup and Tag take
    several values, separated by semicolons. Other columns are ignored, with a warning.

    If a required column is missing, a name is missing or occurs twice, or the file is not UTF-8, nothing is connected. After these checks, a row that fails does not stop the
    others. With -WhatIf, each row is verified with Microsoft and Password Boss, and nothing is stored. The script can run again after it was stopped, or after a row was
    corrected: connections that are already stored are not changed, unless -Update is given. Only missing tags are added.

    Secrets are converted to SecureString before they reach a command, and are stored encrypted. Delete the file afterwards.
.PARAMETER Path
    The CSV file.
.PARAMETER Update
    Also change connections that are already stored. A value that equals the stored one is no change.
.EXAMPLE
    examples/Onboard.ps1 customers.csv -WhatIf
.EXAMPLE
    examples/Onboard.ps1 customers.csv | Where-Object Status -EQ Failed | Format-List
.OUTPUTS
    One object for each row, with Row, Connection, Status (Connected, Updated, Present, Verified, Failed), ErrorId and Message.
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter(Mandatory)] [string] $Path,
    [switch] $Update
)

$ErrorActionPreference = 'Stop'
Import-Module "$PSScriptRoot/../PasswordBoss.EntraConnector.psd1"

$needed = 'Name', 'TenantId', 'ClientId', 'PasswordBossUri', 'PasswordBossToken'
$credentials = 'ClientSecret', 'CertificateThumbprint', 'CertificatePath'
$secrets = 'ClientSecret', 'CertificatePassword', 'PasswordBossToken'
$lists = 'AdditionalGroup', 'Tag'
$further = 'CertificatePassword', 'SecretExpires', 'Environment', 'AuthorityHost', 'GraphEndpoint', 'UserGroup'

$file = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($Path)
# A byte order mark decides the encoding, which may then be UTF-16. Without one, it is UTF-8.
$reader = New-Object System.IO.StreamReader $file, ([System.Text.Encoding]::UTF8), $true
try { $text = $reader.ReadToEnd() } finally { $reader.Dispose() }
if ($text.Contains([string][char]0xFFFD)) { throw "$Path is not UTF-8. Save it again, in Excel as 'CSV UTF-8'." }

# The header decides the separator, because column names contain neither commas nor semicolons.
$header = ($text -split '\r?\n', 2)[0]
$delimiter = if ($header.Split(';').Count -gt $header.Split(',').Count) { ';' } else { ',' }
$rows = @(ConvertFrom-Csv -InputObject $text -Delimiter $delimiter)
if ($rows.Count -eq 0) { throw "$Path has no rows below its header." }

$columns = @($rows[0].PSObject.Properties.Name)
$missing = @($needed | Where-Object { $columns -notcontains $_ })
if (-not ($credentials | Where-Object { $columns -contains $_ })) { $missing += $credentials -join ' or ' }
if ($missing) { throw "$Path has no column $($missing -join ', '). Its columns are: $($columns -join ', '). Nothing was connected." }
$ignored = @($columns | Where-Object { ($needed + $credentials + $lists + $further) -notcontains $_ })
if ($ignored) { Write-Warning "These columns of $Path are ignored: $($ignored -join ', ')." }

$seen = @{}
for ($i = 0; $i -lt $rows.Count; $i++) {
    $name = "$($rows[$i].Name)".Trim()
    if (-not $name) { throw "Row $($i + 1) of $Path has no name. Nothing was connected." }
    if ($seen.ContainsKey($name)) { throw "Rows $($seen[$name]) and $($i + 1) of $Path have the same name '$name'. Nothing was connected." }
    $seen[$name] = $i + 1
}

$stored = @{}
Get-PBConnection | ForEach-Object { $stored[$_.Connection] = $_ }

function New-Result([int] $Row, [string] $Connection, [string] $Status, $Failure) {
    [pscustomobject]@{
        Row        = $Row
        Connection = $Connection
        Status     = $Status
        ErrorId    = if ($Failure) { $Failure.FullyQualifiedErrorId.Split(',')[0] }
        Message    = if ($Failure) { "$Failure $($Failure.ErrorDetails.RecommendedAction)".Trim() }
    }
}

for ($i = 0; $i -lt $rows.Count; $i++) {
    $row = $rows[$i]
    $name = $row.Name.Trim()
    $isStored = $stored.ContainsKey($name)
    $tags = @("$($row.Tag)".Split(';').Trim() | Where-Object { $_ })
    if ($isStored -and -not $Update) {
        # An earlier run may have been stopped after it connected the row and before it set the tags.
        if ($tags -and -not $stored[$name].Tags) { Set-PBConnection -Name $name -Tag $tags -WhatIf:$WhatIfPreference -Confirm:$false }
        New-Result ($i + 1) $name Present
        continue
    }

    $arguments = @{}
    foreach ($column in $columns | Where-Object { ($needed + $credentials + $further + 'AdditionalGroup') -contains $_ }) {
        $value = "$($row.$column)".Trim()
        if (-not $value) { continue }
        $arguments[$column] = if ($secrets -contains $column) { (New-Object System.Net.NetworkCredential '', $value).SecurePassword }
        elseif ($lists -contains $column) { @($value.Split(';').Trim() | Where-Object { $_ }) }
        else { $value }
    }

    try {
        Connect-PBEntra @arguments -WhatIf:$WhatIfPreference -Confirm:$false | Out-Null
        if ($columns -contains 'Tag' -and -not $WhatIfPreference) { Set-PBConnection -Name $name -Tag $tags -Confirm:$false }
        New-Result ($i + 1) $name $(if ($WhatIfPreference) { 'Verified' } elseif ($isStored) { 'Updated' } else { 'Connected' })
    }
    catch {
        New-Result ($i + 1) $name Failed $_
    }
}
