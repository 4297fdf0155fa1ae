<#
.SYNOPSIS
    Checks that a tag, the build, the manifest and the CHANGELOG have the same version, and returns its section of the CHANGELOG.
.PARAMETER Tag
    The tag of the release: v followed by the version.
#>
param([Parameter(Mandatory)] [string] $Tag)

$ErrorActionPreference = 'Stop'
$root = "$PSScriptRoot/../.."
$version = ([xml](Get-Content "$root/Directory.Build.props" -Raw)).SelectSingleNode('//Version').InnerText
if ($Tag -cne "v$version") { throw "The tag is '$Tag', but Directory.Build.props has the version $version." }

$manifest = (Import-PowerShellDataFile "$root/PasswordBoss.EntraConnector.psd1").ModuleVersion
if ($manifest -ne $version) { throw "The manifest has the version $manifest, but Directory.Build.props has $version." }

# The first heading with a number; unreleased changes are above it.
$changelog = Get-Content "$root/CHANGELOG.md" -Raw
$newest = [regex]::Match($changelog, '(?ms)^## \[(?<version>\d[^\]]*)\] - \d{4}-\d\d-\d\d\r?\n(?<notes>.*?)(?=^## |\z)')
if ($newest.Groups['version'].Value -ne $version) { throw "The newest release in CHANGELOG.md is '$($newest.Groups['version'].Value)', but Directory.Build.props has $version." }
$notes = $newest.Groups['notes'].Value.Trim()
if (-not $notes) { throw "CHANGELOG.md has no entry for $version." }
$notes
